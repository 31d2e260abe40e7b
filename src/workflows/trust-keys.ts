/** `nixfleet keys trust`: tells restricted hosts which keys to believe from now on, in an order that one of them signed. */
import { trustCommand } from "../domain/host/verbs.ts";
import { isRestricted } from "../domain/inventory/access.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { askRecords } from "../engine/ask-records.ts";
import { recordFor } from "../engine/deploy-record.ts";
import { observe } from "../engine/observe.ts";
import type { HostSession } from "../engine/session.ts";
import { actOnHost } from "./act-on-host.ts";
import { askAll } from "./ask-hosts.ts";
import { concludeRun, inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface TrustRequest {
  readonly hosts: readonly ResolvedHost[];
  /** `name:base64`; all that the hosts shall believe, the signing key's own among them. */
  readonly keys: readonly string[];
}

export function trustKeys({ hosts, keys }: TrustRequest, tools: Tools): Promise<Outcome> {
  const full = hosts.filter((host) => !isRestricted(host));
  if (full.length > 0) return Promise.resolve(err([notRestricted(full)]));
  return inFrame("keys trust", tools, true, async (frame) => {
    const found = await askAll(hosts, observe, frame, tools);
    if (tools.interruption.draining.aborted)
      return err([failure("cli/interrupted", "interrupted before any host was told")]);
    const results = await Promise.all(
      found.map(({ host, answer }) => {
        const due = answer.ok ? ok(!believes(answer.value, keys)) : answer;
        const before = answer.ok ? { before: answer.value } : {};
        const perform = (session: HostSession, signal: AbortSignal) =>
          tell({ session, ...before }, keys, tools, signal);
        return actOnHost({ host, due, perform }, frame, tools);
      }),
    );
    return ok(await concludeRun(frame, results, tools));
  });
}

const believes = ({ restricted }: HostFacts, keys: readonly string[]): boolean =>
  restricted?.keys.toSorted().join("\n") === keys.toSorted().join("\n");

const TIMEOUT_MS = 120_000;

async function tell(
  at: { readonly session: HostSession; readonly before?: HostFacts },
  keys: readonly string[],
  { records, clock }: Tools,
  signal: AbortSignal,
): Promise<Result<void>> {
  const host = at.session.host.name;
  const signed = await recordFor({ what: "trust", keys }, { ...at, records, clock });
  if (!signed.ok) return err({ ...signed.error, host });
  const command = trustCommand(signed.value.record ?? new Uint8Array(0));
  const told = await askRecords(at.session, command, { timeoutMs: TIMEOUT_MS, signal });
  return told.ok ? ok(undefined) : told;
}

function notRestricted(hosts: readonly ResolvedHost[]) {
  const names = hosts.map(({ name }) => name);
  return failure("host/not-restricted", "hosts with full access have no keys of their own to believe", {
    expected: "hosts with access: restricted",
    found: `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`,
    next: "nixfleet bootstrap lets the Nix daemons there trust the fleet's keys",
  });
}
