/** `nixfleet build`: closures of hosts, built where the inventory wants them; linked and pushed when asked. */
import type { HostName, StorePath } from "../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { shownStoreUrl } from "../domain/nix/store-url.ts";
import { phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { HostBuild } from "../domain/plan/build-schema.ts";
import { groupBy } from "../domain/plan/groups.ts";
import type { BuildProgress, NixBuilder } from "../ports/nix-builder.ts";
import type { Answered } from "./ask-hosts.ts";
import { buildClosures, tell } from "./build-closures.ts";
import type { PlacedClosure } from "./build-places.ts";
import { tellWarnings } from "./plan-apply.ts";
import { type Frame, inFrame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface BuildRequest {
  readonly inventory: Inventory;
  readonly hosts: readonly ResolvedHost[];
  /** Absolute folder for a link to each closure, by the host's name; none when left out. */
  readonly linkFolder?: string;
  /** URL of a store that is to have the closures, too. */
  readonly push?: string;
}

export interface Built {
  readonly system: StorePath;
  readonly build: HostBuild;
  /** The link that keeps it from garbage collection. */
  readonly link?: string;
}

export interface BuiltFleet {
  readonly hosts: readonly Answered<Built>[];
  /** What the store lacked. */
  readonly pushed?: { readonly store: string; readonly paths: number; readonly bytes: number };
}

/** Fails when the flake as a whole cannot be used, or the store to push to; a host's own trouble is its answer. */
export async function buildFleet(
  { inventory, hosts, linkFolder, push }: BuildRequest,
  tools: Tools,
): Promise<Result<BuiltFleet, readonly Failure[]>> {
  const { builder, clock, interruption } = tools;
  const signal = interruption.draining;
  let built: BuiltFleet | undefined;
  const framed = await inFrame("build", tools, false, async (frame) => {
    const { fleet, recorder } = frame;
    const closures = await buildClosures(hosts, { builder, fleet, inventory, recorder, clock, signal });
    if (signal.aborted) return err([failure("cli/interrupted", "interrupted before everything was built")]);
    if (!closures.ok) return err([closures.error]);
    await tellWarnings(closures.value, frame);
    const answers: Answered<Built>[] = [];
    for (const host of hosts) {
      const closure = closures.value.hosts.get(host.name);
      if (closure === undefined) throw new Error(`nothing was built for ${host.name}`);
      answers.push({ host, answer: closure.ok ? await keep(closure.value, host, linkFolder, frame, tools) : closure });
    }
    built = { hosts: answers };
    if (push === undefined) return ok(exitCodes.ok);
    const good = [...closures.value.hosts.values()].flatMap((closure) => (closure.ok ? [closure.value] : []));
    const pushed = await pushTo(push, good, inventory.fleet.cache, frame, tools);
    if (!pushed.ok) return err([pushed.error]);
    built = { hosts: answers, pushed: pushed.value };
    return ok(exitCodes.ok);
  });
  if (!framed.ok) return framed;
  if (built === undefined) throw new Error("a build that went well built nothing");
  return ok(built);
}

async function keep(
  closure: PlacedClosure,
  { name }: ResolvedHost,
  folder: string | undefined,
  { recorder }: Frame,
  { builder, interruption }: Tools,
): Promise<Result<Built>> {
  const { system, build, store } = closure;
  if (folder === undefined) return ok({ system, build });
  if (build.where === "target") return err(ownBuild(name, "linked to"));
  const signal = interruption.draining;
  if (store !== undefined) {
    const onProgress = (progress: BuildProgress): void => tell("build", progress, recorder);
    const fetched = await builder.fetch({ host: name, paths: [wholePath(closure)], from: store, signal, onProgress });
    if (!fetched.ok) return fetched;
  }
  const link = `${folder}/${name}`;
  const linked = await builder.link(link, system, signal);
  return linked.ok ? ok({ system, build, link }) : linked;
}

/** Signed first, so that hosts take from the store what they take from here. What the fleet's cache has is there already. */
async function pushTo(
  url: string,
  closures: readonly PlacedClosure[],
  cache: string | undefined,
  { recorder }: Frame,
  { builder, clock, interruption }: Tools,
): Promise<Result<NonNullable<BuiltFleet["pushed"]>>> {
  const own = closures.find(({ build }) => build.where === "target");
  if (own !== undefined) return err(ownBuild(own.host, "pushed"));
  const lacking = closures.filter(({ store }) => store?.kind !== "cache" || url !== cache);
  const signal = interruption.draining;
  const startedAt = clock.now();
  void recorder.record(phaseStarted("push"));
  const signed = await builder.sign(lacking.filter(({ store }) => store === undefined).map(wholePath), signal);
  const copied = signed.ok
    ? await pushEach(lacking, url, (progress) => tell("push", progress, recorder), builder, signal)
    : signed;
  const ms = clock.now() - startedAt;
  void recorder.record(phaseEnded("push", copied.ok ? { ms } : { ms, error: copied.error }));
  return copied.ok ? ok({ store: shownStoreUrl(url), ...copied.value }) : copied;
}

/** Closures of one store go together. */
async function pushEach(
  closures: readonly PlacedClosure[],
  url: string,
  onProgress: (progress: BuildProgress) => void,
  builder: NixBuilder,
  signal: AbortSignal,
): Promise<Result<{ readonly paths: number; readonly bytes: number }>> {
  let sum = { paths: 0, bytes: 0 };
  for (const together of groupBy(closures, ({ store }) => JSON.stringify(store ?? null))) {
    const from = together[0]?.store;
    const request = { paths: together.map(wholePath), url, signal, onProgress };
    const copied = await builder.push({ ...request, ...(from === undefined ? {} : { from }) });
    if (!copied.ok) return copied;
    sum = { paths: sum.paths + copied.value.copiedPaths, bytes: sum.bytes + copied.value.copiedBytes };
  }
  return ok(sum);
}

/** A description has the system that it describes in its closure. */
const wholePath = ({ system, description }: PlacedClosure): StorePath => description ?? system;

/** To have it here, or in a store for all, would let one host say what others are made of. */
const ownBuild = (host: HostName, what: string): Failure =>
  failure("nix/closure-missing", `a closure that a host built for itself is for that host alone, and is not ${what}`, {
    host,
    found: "built on the host itself",
    next: "build it here, or on a builder: --build-on local",
  });
