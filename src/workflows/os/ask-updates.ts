/** Asks hosts what would be updated. */
import pLimit from "p-limit";
import { policyOverlay } from "../../domain/apt/overlay.ts";
import { type HostUpdates, parseUpdates } from "../../domain/apt/updates.ts";
import { updatesCommand } from "../../domain/host/os-verbs.ts";
import type { HostName } from "../../domain/ids.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import type { UpdatePolicy } from "../../domain/os-update/policy.ts";
import { err, type Result } from "../../domain/outcome/result.ts";
import { askRecords } from "../../engine/ask-records.ts";
import type { Fleet } from "../../engine/fleet.ts";

/** Fetching indexes over a slow line, and waiting for apt's daily job, takes minutes. */
const UPDATES_TIMEOUT_MS = 20 * 60_000;
const AT_ONCE = 32;

export interface UpdatesQuestion {
  readonly host: ResolvedHost;
  readonly facts: HostFacts;
  readonly policy: UpdatePolicy;
  /** Preferences in place of the policy's: the versions of an earlier run. */
  readonly overlay?: string;
  readonly refresh: boolean;
}

export async function askUpdates(
  questions: readonly UpdatesQuestion[],
  asking: { readonly fleet: Fleet; readonly signal: AbortSignal },
): Promise<ReadonlyMap<HostName, Result<HostUpdates>>> {
  const limit = pLimit(AT_ONCE);
  const answers = await Promise.all(
    questions.map(async (question) => {
      const answer = await limit(() => askHost(question, asking));
      return [question.host.name, answer] as const;
    }),
  );
  return new Map(answers);
}

async function askHost(
  { host, facts, policy, overlay, refresh }: UpdatesQuestion,
  { fleet, signal }: { readonly fleet: Fleet; readonly signal: AbortSignal },
): Promise<Result<HostUpdates>> {
  const session = await fleet.session(host, signal);
  if (!session.ok) return session;
  const distribution = { id: facts.os.id, codename: facts.os.codename };
  const security = { distribution, selection: "security", holds: [], pins: {} } as const;
  const command = updatesCommand({
    refresh,
    phasing: policy.phasing,
    chosen: overlay ?? policyOverlay({ ...policy, distribution }),
    security: policyOverlay(security),
  });
  const records = await askRecords(session.value, command, { timeoutMs: UPDATES_TIMEOUT_MS, signal });
  if (!records.ok) return records;
  const updates = parseUpdates(records.value);
  return updates.ok ? updates : err({ ...updates.error, host: host.name });
}
