/** Builds each closure where the inventory wants it: here, on the host itself, or on a builder; in its order, never silently. */
import pLimit from "p-limit";
import { type BuildPlace, type Candidate, candidatesFor } from "../domain/build/place.ts";
import { foldHosts } from "../domain/fold-hosts.ts";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { diagnosed } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { ClosureSource, HostBuild } from "../domain/plan/build-schema.ts";
import { groupBy } from "../domain/plan/groups.ts";
import type { BuildProgress, BuiltHost, DaemonStore, EvaluatedHost, OtherStore } from "../ports/nix-builder.ts";
import type { Building } from "./build-closures.ts";
import { closuresInCache } from "./cached-closures.ts";

/** A closure, and where it lies. */
export interface PlacedClosure extends BuiltHost {
  readonly build: HostBuild;
  readonly source?: ClosureSource;
  /** The store that it lies in, when that is not this machine's. */
  readonly store?: OtherStore;
}

/** A closure that is whole, and not where it belongs. */
export interface BuiltClosure {
  readonly evaluated: EvaluatedHost;
  /** The store that it lies in, when that is not this machine's. */
  readonly store?: OtherStore;
}

interface Pending {
  readonly evaluated: EvaluatedHost;
  readonly host: ResolvedHost;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly passedOver: HostBuild["passedOver"];
}

type Outcome = { readonly done: Result<PlacedClosure> } | { readonly next: Pending };
type Tell = (progress: BuildProgress) => void;

const PLACES_AT_ONCE = 8;

export async function buildAtPlaces(
  evaluated: readonly EvaluatedHost[],
  building: Building,
  tell: Tell,
): Promise<ReadonlyMap<HostName, Result<PlacedClosure>>> {
  const placed = new Map<HostName, Result<PlacedClosure>>(await closuresInCache(evaluated, building));
  for (const host of evaluated)
    if (placed.get(host.host)?.ok) building.onBuilt?.({ evaluated: host, store: { kind: "cache" } });
  const hosts = new Map<string, ResolvedHost>(building.inventory.hosts.map((host) => [host.name, host]));
  let waiting = await Promise.all(
    evaluated.filter(({ host }) => !placed.has(host)).map((host) => withCandidates(host, hosts, building)),
  );
  const limit = pLimit(PLACES_AT_ONCE);
  // Each round tries every host's best place; what could not be used is out, so the rounds come to an end.
  while (waiting.length > 0) {
    const ready = waiting.map(withoutImpossible);
    for (const { evaluated: host, candidates, passedOver } of ready) {
      if (candidates.length === 0) placed.set(host.host, err(nowhere(host, passedOver)));
    }
    const groups = groupBy(
      ready.filter(({ candidates }) => candidates.length > 0),
      placeKey,
    );
    const outcomes = await Promise.all(groups.map((members) => limit(() => buildTogether(members, building, tell))));
    waiting = [];
    for (const [host, outcome] of outcomes.flatMap((group) => [...group])) {
      if ("done" in outcome) placed.set(host, outcome.done);
      else waiting.push(outcome.next);
    }
    await tellFallbacks(waiting, building);
  }
  return placed;
}

async function withCandidates(
  evaluated: EvaluatedHost,
  hosts: ReadonlyMap<string, ResolvedHost>,
  { builder, signal }: Building,
): Promise<Pending> {
  const host = hosts.get(evaluated.host);
  if (host === undefined) throw new Error(`${evaluated.host} was evaluated, but is not in the inventory`);
  const here = await builder.buildsHere(evaluated.system, signal);
  // A Nix that does not tell is left to say so when it builds.
  const buildsHere = !here.ok || here.value;
  return { evaluated, host, candidates: candidatesFor(host, evaluated.system, { hosts, buildsHere }), passedOver: [] };
}

function withoutImpossible(pending: Pending): Pending {
  const [best, ...others] = pending.candidates;
  if (best === undefined || best.place !== undefined) return pending;
  return withoutImpossible(passOver(pending, best.because ?? "it cannot be used", others));
}

const passOver = (pending: Pending, because: string, candidates: readonly Candidate[]): Pending => ({
  ...pending,
  candidates,
  passedOver: [...pending.passedOver, { place: pending.candidates[0]?.name ?? "", because }],
});

function bestPlace({ candidates }: Pending): BuildPlace {
  const place = candidates[0]?.place;
  if (place === undefined) throw new Error("a host without a place to build waits for one");
  return place;
}

function placeKey(pending: Pending): string {
  const place = bestPlace(pending);
  if (place.kind === "here") return "here";
  return place.kind === "target" ? pending.host.name : place.host.name;
}

/** Hosts that have the same best place. */
async function buildTogether(
  members: readonly Pending[],
  building: Building,
  tell: Tell,
): Promise<ReadonlyMap<HostName, Outcome>> {
  const [first] = members;
  if (first === undefined) return new Map();
  const { builder, signal } = building;
  const at = await openStore(first, building);
  if (!at.ok) return new Map(members.map((member) => [member.evaluated.host, unusable(member, at.error)]));
  const hosts = members.map(({ evaluated }) => evaluated);
  const where = at.value === undefined ? {} : { at: at.value };
  const isTold = building.onBuilt !== undefined && bestPlace(first).kind !== "target";
  const told = isTold ? { onBuilt: teller(building, at.value) } : {};
  const built = await builder.build(hosts, { signal, onProgress: tell, ...where, ...told });
  const outcomes = members.map(async (member) => {
    const host = member.evaluated.host;
    const result = built.get(host);
    if (result === undefined) throw new Error(`the builder gave no answer for ${host}`);
    if (!result.ok) return [host, unusable(member, result.error)] as const;
    return [host, { done: await placedAt(member, result.value, at.value, building) }] as const;
  });
  return new Map(await Promise.all(outcomes));
}

/** Passes closures on that are whole at a place other than their host. */
const teller =
  ({ onBuilt }: Building, store: OtherStore | undefined) =>
  (evaluated: EvaluatedHost): void =>
    onBuilt?.({ evaluated, ...(store === undefined ? {} : { store }) });

/** The daemon of the place; undefined for this machine's own store. */
async function openStore(pending: Pending, { fleet, signal }: Building): Promise<Result<DaemonStore | undefined>> {
  const place = bestPlace(pending);
  if (place.kind === "here") return ok(undefined);
  const session = await fleet.session(place.kind === "target" ? pending.host : place.host, signal);
  if (!session.ok) return session;
  const socket = await session.value.daemonSocket();
  if (!socket.ok) return socket;
  return ok(socket.value.via === "direct" ? undefined : { kind: "daemon", socket: socket.value.localPath });
}

/** A place without contact or daemon gives way to the next one. A build that fails would fail there, too. */
function unusable(pending: Pending, error: Failure): Outcome {
  const [, ...others] = pending.candidates;
  const host = pending.evaluated.host;
  const gone = failureCodes[error.code].kind === "unreachable" || NO_DAEMON.has(error.code);
  // Without contact to the host itself there is nothing to build for.
  const pointless = bestPlace(pending).kind === "target" && failureCodes[error.code].kind === "unreachable";
  if (gone && !pointless && others.length > 0) return { next: passOver(pending, error.what, others) };
  return { done: err({ ...error, host }) };
}

const NO_DAEMON: ReadonlySet<string> = new Set(["nix/daemon-lost", "nix/daemon-denied", "transport/forwarding"]);

async function placedAt(
  pending: Pending,
  built: BuiltHost,
  store: DaemonStore | undefined,
  { builder, signal }: Building,
): Promise<Result<PlacedClosure>> {
  const { evaluated, passedOver } = pending;
  const place = bestPlace(pending);
  if (place.kind === "here" || store === undefined) return ok({ ...built, build: { where: "here", passedOver } });
  const derivations = [(evaluated.description ?? evaluated).drvPath];
  if (place.kind === "builder") {
    const { name } = place.host;
    const source = { kind: "host", name, derivations } as const;
    return ok({ ...built, source, store, build: { where: "builder", on: name, passedOver } });
  }
  const signed = await builder.signedBy(built.description ?? built.system, store, signal);
  if (!signed.ok) return err({ ...signed.error, host: evaluated.host });
  const source = { kind: "host", name: evaluated.host, derivations } as const;
  return ok({ ...built, source, store, build: { where: "target", signedBy: signed.value, passedOver } });
}

async function tellFallbacks(waiting: readonly Pending[], { recorder }: Building): Promise<void> {
  const groups = groupBy(waiting, ({ passedOver }) => JSON.stringify(passedOver.at(-1)));
  for (const members of groups) {
    const last = members[0]?.passedOver.at(-1);
    if (last === undefined) continue;
    const names = foldHosts(members.map(({ evaluated }) => evaluated.host));
    const what = `${names}: not built on ${last.place}, but on the next place: ${last.because}`;
    await recorder.record(diagnosed(failure("nix/place-passed-over", what), "warn"));
  }
}

const nowhere = ({ host, system }: EvaluatedHost, passedOver: HostBuild["passedOver"]): Failure =>
  failure("nix/no-place", `no place is left that builds ${system} for this host`, {
    host,
    expected: `a machine that builds ${system}`,
    found: passedOver.map(({ place, because }) => `${place}: ${because}`).join("; "),
    next: "name another place as build in the inventory, or with --build-on: local, target, or a host with that system",
  });
