/** What a host's secrets are and are to be. Values are opened only where something may differ, and only to be digested. */
import { secretStateCommand } from "../domain/host/verbs.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { Manifest } from "../domain/manifest/manifest.ts";
import { isSameSource, type ManagedSecret } from "../domain/manifest/secrets.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { DesiredHost, HostInput } from "../domain/plan/host-input.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import type { SecretInput, WantedSecret } from "../domain/plan/secret-changes.ts";
import { secretDigest } from "../domain/secrets/digest.ts";
import { type LiveSecret, parseSecretState, type SecretState } from "../domain/secrets/state.ts";
import { askRecords } from "../engine/ask-records.ts";
import type { Fleet } from "../engine/fleet.ts";
import type { SecretStore } from "../ports/secret-store.ts";

const STATE_TIMEOUT_MS = 60_000;

export interface SecretGathering {
  readonly fleet: Fleet;
  readonly secrets: SecretStore;
  readonly signal: AbortSignal;
}

/** Adds them to what was gathered of a host; a secret that cannot be had is that host's own failure. */
export async function addSecrets(host: ResolvedHost, input: HostInput, gathering: SecretGathering): Promise<HostInput> {
  if (!input.observed.ok || !input.desired.ok) return input;
  const found = await gatherSecrets(host, input.observed.value, input.desired.value, input.current, gathering);
  if (!found.ok) return { ...input, desired: err({ ...found.error, host: host.name }) };
  return { ...input, ...(found.value === undefined ? {} : { secrets: found.value }) };
}

/** @param current manifest of the live closure, when it was read */
async function gatherSecrets(
  host: ResolvedHost,
  facts: HostFacts,
  desired: DesiredHost,
  current: Manifest | null,
  gathering: SecretGathering,
): Promise<Result<SecretInput | undefined>> {
  const declared = desired.kind === "closure" ? (desired.manifest?.secrets ?? []) : [];
  if (declared.length === 0 && facts.secrets.length === 0) return ok(undefined);
  const recorded = recordedSecrets(facts);
  const isRollback = desired.kind === "closure" && desired.present === true;
  const before = desired.kind === "closure" && liveSystem(facts) === desired.system ? desired.manifest : current;
  // Of a system that waits for a boot the records name the secrets, while the live one's are in place.
  const mustAsk = isRollback || facts.staged !== null;
  const settled = mustAsk ? [] : declared.flatMap((secret) => settledSecret(secret, before, recorded));
  if (settled.length === declared.length) return ok({ live: recorded, wanted: settled });
  const state = await askState(host, desired, gathering);
  if (!state.ok) return state;
  const wanted = isRollback
    ? keptSecrets(declared, state.value)
    : await openedSecrets(declared, settled, state.value, gathering);
  return wanted.ok ? ok({ live: state.value.live, wanted: wanted.value }) : wanted;
}

const recordedSecrets = (facts: HostFacts): ReadonlyMap<string, LiveSecret> =>
  new Map(facts.secrets.filter(({ present }) => present).map(({ name, digest }) => [name, { digest }]));

/** The same encrypted bytes as those of the live closure, with the same attributes, in place: nothing to open. */
function settledSecret(
  secret: ManagedSecret,
  before: Manifest | null,
  recorded: ReadonlyMap<string, LiveSecret>,
): WantedSecret[] {
  const earlier = before?.secrets.find(({ name }) => name === secret.name);
  const digest = recorded.get(secret.name)?.digest;
  if (earlier === undefined || digest === undefined || !isSameSource(earlier.source, secret.source)) return [];
  const same = (["mode", "owner", "group"] as const).every((field) => earlier[field] === secret[field]);
  return same ? [{ name: secret.name, digest, travels: false }] : [];
}

async function askState(
  host: ResolvedHost,
  desired: DesiredHost,
  { fleet, signal }: SecretGathering,
): Promise<Result<SecretState>> {
  const session = await fleet.session(host, signal);
  if (!session.ok) return session;
  const system = desired.kind === "closure" && desired.present === true ? desired.system : null;
  const records = await askRecords(session.value, secretStateCommand(system), { timeoutMs: STATE_TIMEOUT_MS, signal });
  return records.ok ? parseSecretState(records.value) : records;
}

/** For a rollback: the values that the closure last ran with are on the host, or nowhere. */
function keptSecrets(declared: readonly ManagedSecret[], state: SecretState): Result<readonly WantedSecret[]> {
  const lost = declared.filter(({ name }) => state.kept.get(name)?.isThere !== true).map(({ name }) => name);
  if (lost.length > 0) {
    return err(
      failure("secrets/not-kept", `the host no longer has ${lost.join(", ")} as of that generation`, {
        expected: "the values that the generation last ran with, kept on the host",
        next: "check out the fleet's revision of that time and apply it",
      }),
    );
  }
  return ok(declared.map(({ name }) => ({ name, digest: state.kept.get(name)?.digest ?? null, travels: false })));
}

async function openedSecrets(
  declared: readonly ManagedSecret[],
  settled: readonly WantedSecret[],
  { key }: SecretState,
  { secrets, signal }: SecretGathering,
): Promise<Result<readonly WantedSecret[]>> {
  const wanted: WantedSecret[] = [];
  for (const secret of declared) {
    const known = settled.find(({ name }) => name === secret.name);
    const value = known === undefined ? await secrets.open(secret, signal) : undefined;
    if (value?.ok === false) return value;
    wanted.push(
      known ?? {
        name: secret.name,
        digest: key === null || value === undefined ? null : secretDigest(key, value.value),
        travels: true,
      },
    );
  }
  return ok(wanted);
}
