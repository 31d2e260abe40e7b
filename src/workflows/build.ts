/** `nixfleet build`: closures of hosts, built where the inventory wants them; linked and pushed when asked. */
import type { StorePath } from "../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { shownStoreUrl } from "../domain/nix/store-url.ts";
import { phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { HostBuild } from "../domain/plan/build-schema.ts";
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
      answers.push({ host, answer: closure.ok ? await keep(closure.value, host, linkFolder, tools) : closure });
    }
    built = { hosts: answers };
    if (push === undefined) return ok(exitCodes.ok);
    const good = [...closures.value.hosts.values()].flatMap((closure) => (closure.ok ? [closure.value] : []));
    const pushed = await pushTo(push, good, frame, tools);
    if (!pushed.ok) return err([pushed.error]);
    built = { hosts: answers, pushed: pushed.value };
    return ok(exitCodes.ok);
  });
  if (!framed.ok) return framed;
  if (built === undefined) throw new Error("a build that went well built nothing");
  return ok(built);
}

async function keep(
  { system, build, store }: PlacedClosure,
  { name }: ResolvedHost,
  folder: string | undefined,
  { builder, interruption }: Tools,
): Promise<Result<Built>> {
  if (folder === undefined) return ok({ system, build });
  if (store !== undefined) return err(notHere("to link to", build));
  const link = `${folder}/${name}`;
  const linked = await builder.link(link, system, interruption.draining);
  return linked.ok ? ok({ system, build, link }) : linked;
}

/** Signed first, so that hosts take from the store what they take from here. What the cache had already is there. */
async function pushTo(
  url: string,
  closures: readonly PlacedClosure[],
  { recorder }: Frame,
  { builder, clock, interruption }: Tools,
): Promise<Result<NonNullable<BuiltFleet["pushed"]>>> {
  const elsewhere = closures.find(({ build }) => build.where === "target" || build.where === "builder");
  if (elsewhere !== undefined) return err(notHere("to push", elsewhere.build));
  const here = closures.filter(({ store }) => store === undefined);
  const paths = here.flatMap(({ system, description }) => [description ?? system]);
  const signal = interruption.draining;
  const startedAt = clock.now();
  void recorder.record(phaseStarted("push"));
  const signed = await builder.sign(paths, signal);
  const copied = signed.ok
    ? await builder.push({
        paths,
        url,
        signal,
        onProgress: (progress) => tell("push", progress, recorder),
      })
    : signed;
  const ms = clock.now() - startedAt;
  void recorder.record(phaseEnded("push", copied.ok ? { ms } : { ms, error: copied.error }));
  if (!copied.ok) return copied;
  return ok({ store: shownStoreUrl(url), paths: copied.value.copiedPaths, bytes: copied.value.copiedBytes });
}

const notHere = (purpose: string, { where, on }: HostBuild): Failure =>
  failure("nix/closure-missing", `the closure is not on this machine ${purpose}`, {
    found: `built on ${on ?? (where === "target" ? "the host itself" : where)}`,
    next: "build it here: --build-on local",
  });
