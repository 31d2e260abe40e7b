/** Puts together what the planner needs of each host; looks closer only at hosts that are to change. */
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { Manifest } from "../domain/manifest/manifest.ts";
import type { HostFacts, HostLock } from "../domain/observation/facts.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { DesiredHost, HostInput } from "../domain/plan/host-input.ts";
import { needsInspection } from "../domain/plan/inspection.ts";
import { isDeadRun } from "../engine/dead-run.ts";
import type { Fleet } from "../engine/fleet.ts";
import type { Journal } from "../ports/journal.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import type { StoreFiles } from "../ports/store-files.ts";
import { addSecrets } from "./gather-secrets.ts";
import { inspectHost, nothingInspected } from "./inspect-host.ts";
import { inspectNixos } from "./inspect-nixos.ts";

export interface Gathering {
  readonly fleet: Fleet;
  readonly storeFiles: StoreFiles;
  readonly secrets: SecretStore;
  readonly journal: Journal;
  readonly signal: AbortSignal;
}

export function gatherHosts(
  hosts: readonly ResolvedHost[],
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
  desired: ReadonlyMap<HostName, Result<DesiredHost>>,
  gathering: Gathering,
): Promise<readonly HostInput[]> {
  const of = <T>(map: ReadonlyMap<HostName, T>, name: HostName): T => {
    const value = map.get(name);
    if (value === undefined) throw new Error(`nothing was gathered for ${name}`);
    return value;
  };
  return Promise.all(
    hosts.map(async (host) => {
      const input = await gatherHost(host, of(observed, host.name), of(desired, host.name), gathering);
      return addSecrets(host, input, gathering);
    }),
  );
}

async function gatherHost(
  host: ResolvedHost,
  observed: Result<HostFacts>,
  desired: Result<DesiredHost>,
  { fleet, storeFiles, journal, signal }: Gathering,
): Promise<HostInput> {
  const { name, base, confirmMs } = host;
  const lockAbandoned = observed.ok && (await isAbandoned(observed.value.lock, journal));
  const input = {
    host: { name, base },
    observed,
    desired: inMode(desired, host.activation),
    lockAbandoned,
    ...(confirmMs === undefined ? {} : { confirmMs }),
    ...nothingInspected,
  };
  if (!observed.ok || !desired.ok || !needsInspection(base, observed.value, desired.value)) return input;
  const session = await fleet.session(host, signal);
  if (!session.ok) return { ...input, observed: err(session.error) };
  const look = base === "nixos" ? inspectNixos : inspectHost;
  const inspected = await look(session.value, observed.value, manifestOf(desired.value), { storeFiles, signal });
  return inspected.ok ? { ...input, ...inspected.value } : { ...input, observed: err(inspected.error) };
}

/** How the inventory wants a NixOS system to come about. */
function inMode(desired: Result<DesiredHost>, mode: ResolvedHost["activation"]): Result<DesiredHost> {
  return desired.ok && desired.value.kind === "closure" && mode !== undefined
    ? ok({ ...desired.value, mode })
    : desired;
}

const isAbandoned = async (lock: HostLock | null, journal: Journal): Promise<boolean> =>
  lock !== null && !lock.expired && isDeadRun(lock.run, journal);

const manifestOf = (desired: DesiredHost): Manifest | null => (desired.kind === "closure" ? desired.manifest : null);
