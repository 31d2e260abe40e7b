/** Puts together what the planner needs of each host; looks closer only at hosts that are to change. */
import pLimit from "p-limit";
import type { ClosureDifference } from "../domain/closure/compare.ts";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { Manifest } from "../domain/manifest/manifest.ts";
import type { HostFacts, HostLock } from "../domain/observation/facts.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { DesiredHost, HostInput } from "../domain/plan/host-input.ts";
import { needsInspection } from "../domain/plan/inspection.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import { isDeadRun } from "../engine/dead-run.ts";
import type { Fleet } from "../engine/fleet.ts";
import type { HostSession } from "../engine/session.ts";
import type { Journal } from "../ports/journal.ts";
import type { NixBuilder, OtherStore } from "../ports/nix-builder.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import type { StoreFiles } from "../ports/store-files.ts";
import { type ComparisonTools, differenceOfClosures } from "./compare-closures.ts";
import { addSecrets } from "./gather-secrets.ts";
import { inspectHost, nothingInspected } from "./inspect-host.ts";
import { inspectNixos, readBootParts } from "./inspect-nixos.ts";
import { PROBES_AT_ONCE } from "./observe-hosts.ts";

export interface Gathering {
  readonly fleet: Fleet;
  readonly storeFiles: StoreFiles;
  readonly builder: NixBuilder;
  readonly secrets: SecretStore;
  readonly journal: Journal;
  /** By host: the store with its desired closure, when that is not this machine's. */
  readonly stores?: ReadonlyMap<HostName, OtherStore>;
  /** What is known already of how a host's closure differs from what it has; undefined for hosts of which it is not. */
  readonly compared?: (host: HostName) => Promise<Result<ClosureDifference> | undefined>;
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
  const limit = pLimit(PROBES_AT_ONCE);
  const gather = async (host: ResolvedHost): Promise<HostInput> => {
    const input = await gatherHost(host, of(observed, host.name), of(desired, host.name), gathering);
    return addSecrets(host, input, gathering);
  };
  return Promise.all(hosts.map((host) => limit(gather, host)));
}

async function gatherHost(
  host: ResolvedHost,
  observed: Result<HostFacts>,
  desired: Result<DesiredHost>,
  { fleet, storeFiles: localFiles, journal, builder, stores, compared: known, signal }: Gathering,
): Promise<HostInput> {
  const { name, base, confirmMs } = host;
  const lockAbandoned = observed.ok && (await isAbandoned(observed.value.lock, journal));
  const input = {
    host: { name, base },
    observed,
    desired: inMode(desired, host.activation),
    lockAbandoned,
    hooks: host.hooks,
    healthChecks: host.healthChecks,
    ...(confirmMs === undefined ? {} : { confirmMs }),
    ...nothingInspected,
  };
  if (!observed.ok || !desired.ok || !needsInspection(base, observed.value, desired.value)) return input;
  const session = await fleet.session(host, signal);
  if (!session.ok) return { ...input, observed: err(session.error) };
  const store = stores?.get(name);
  const storeFiles = store === undefined ? localFiles : builder.filesOf(store);
  // What the host built itself is read on it, with all else that is looked at there.
  const sources = isOwnBuild(desired.value, name) ? localFiles : storeFiles;
  const look = base === "nixos" ? inspectNixos : inspectHost;
  const [inspected, compared, boots] = await Promise.all([
    look(session.value, observed.value, manifestOf(desired.value), { storeFiles: sources, signal }),
    compareStores(session.value, observed.value, desired.value, { builder, store, signal }, known),
    base === "nixos" ? readBootParts(desired.value, storeFiles) : {},
  ]);
  return inspected.ok
    ? { ...input, ...inspected.value, ...compared, ...boots }
    : { ...input, observed: err(inspected.error) };
}

const isOwnBuild = (desired: DesiredHost, name: HostName): boolean =>
  desired.kind === "closure" && desired.source?.kind === "host" && desired.source.name === name;

/** A host without Nix has nothing to compare with, and where the comparison fails the change is planned all the same. */
async function compareStores(
  session: HostSession,
  facts: HostFacts,
  desired: DesiredHost,
  tools: ComparisonTools,
  known: Gathering["compared"],
): Promise<Pick<HostInput, "closure" | "notCompared">> {
  if (desired.kind === "empty" || desired.system === liveSystem(facts) || facts.nixVersion.kind === "absent") return {};
  const difference = (await known?.(session.host.name)) ?? (await differenceOfClosures(session, facts, desired, tools));
  return difference.ok ? { closure: difference.value } : { notCompared: difference.error.what };
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
