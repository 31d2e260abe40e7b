/** `nixfleet diff`: what lies between two closures of a host, wherever they are. */
import { type Generation, parseStorePath, type StorePath } from "../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { type Manifest, manifestSchema } from "../domain/manifest/manifest.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { differingSources, diffManifests, type Side } from "../domain/plan/diff-manifests.ts";
import { MAX_DIFF_BYTES } from "../domain/plan/file-content.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import type { PlanHost } from "../domain/plan/plan.ts";
import { rollbackTarget } from "../domain/plan/rollback-target.ts";
import { observe } from "../engine/observe.ts";
import type { HostSession } from "../engine/session.ts";
import type { StoreFiles } from "../ports/store-files.ts";
import { buildClosures } from "./build-closures.ts";
import { inspect, readHostManifest } from "./inspect-host.ts";
import { tellWarnings } from "./plan-apply.ts";
import { type Frame, inFrame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

/** A closure as people name it. */
export type SideName =
  | { readonly kind: "live" | "previous" | "desired" }
  | { readonly kind: "generation"; readonly generation: Generation }
  | { readonly kind: "closure"; readonly system: StorePath };

export interface DiffRequest {
  readonly inventory: Inventory;
  readonly host: ResolvedHost;
  readonly from: SideName;
  readonly to: SideName;
}

export interface Difference {
  readonly from: StorePath | null;
  readonly to: StorePath | null;
  readonly changes: PlanHost;
}

/** Connects only when a side lies on the host, and evaluates only when one is wanted as the fleet describes it now. */
export async function diffHost(request: DiffRequest, tools: Tools): Promise<Result<Difference, readonly Failure[]>> {
  let difference: Difference | undefined;
  const framed = await inFrame("diff", tools, false, async (frame) => {
    const place = createPlace(request, frame, tools);
    const [from, to] = await Promise.all([sideOf(request.from, place), sideOf(request.to, place)]);
    const failures = [from, to].flatMap((side) => (side.ok ? [] : [side.error]));
    if (!from.ok || !to.ok) return err(failures);
    const read = await readSources(from.value.manifest, to.value.manifest, place);
    const changes = diffManifests(request.host, from.value, to.value, read);
    difference = { from: from.value.system, to: to.value.system, changes };
    return ok(exitCodes.ok);
  });
  if (!framed.ok) return framed;
  if (difference === undefined) throw new Error("a comparison that went well has no difference");
  return ok(difference);
}

/** What sides are looked up in; each is opened at most once, and only when needed. */
interface Place {
  readonly host: ResolvedHost;
  readonly tools: Tools;
  /** Stores to read from: this machine's, and one that a closure was built in. */
  readonly files: readonly StoreFiles[];
  session(): Promise<Result<HostSession>>;
  facts(): Promise<Result<HostFacts>>;
  desired(): Promise<Result<Side>>;
}

function createPlace({ inventory, host }: DiffRequest, frame: Frame, tools: Tools): Place {
  const { builder, clock, interruption } = tools;
  const signal = interruption.draining;
  let facts: Promise<Result<HostFacts>> | undefined;
  const files = [tools.storeFiles];
  const session = () => frame.fleet.session(host, signal);
  return {
    host,
    tools,
    files,
    session,
    facts() {
      facts ??= session().then((opened) => (opened.ok ? observe(opened.value, signal) : opened));
      return facts;
    },
    async desired() {
      const { fleet, recorder } = frame;
      const closures = await buildClosures([host], { builder, fleet, inventory, recorder, clock, signal });
      if (!closures.ok) return closures;
      await tellWarnings(closures.value, frame);
      const built = closures.value.hosts.get(host.name);
      if (built === undefined) throw new Error(`nothing was built for ${host.name}`);
      if (!built.ok) return built;
      const { system, manifest, store } = built.value;
      if (store !== undefined) files.push(builder.filesOf(store));
      return ok({ system, manifest });
    },
  };
}

async function sideOf(name: SideName, place: Place): Promise<Result<Side>> {
  if (name.kind === "desired") return place.desired();
  if (name.kind === "closure") return closureSide(name.system, place);
  const facts = await place.facts();
  if (!facts.ok) return facts;
  if (name.kind === "live") return closureSide(liveSystem(facts.value), place);
  const wanted = name.kind === "generation" ? name.generation : "previous";
  const target = rollbackTarget(place.host.name, facts.value, wanted);
  if (!target.ok) return target;
  return closureSide(target.value.kind === "empty" ? null : target.value.system, place);
}

/** From the store of this machine when it is there, else from the host's. */
async function closureSide(system: StorePath | null, place: Place): Promise<Result<Side>> {
  if (system === null) return ok({ system: null, manifest: null });
  const here = await place.tools.storeFiles.read(`${system}/manifest.json`, Number.MAX_SAFE_INTEGER);
  const manifest = here === undefined ? undefined : parseManifest(here);
  if (manifest !== undefined) return ok({ system, manifest });
  const session = await place.session();
  if (!session.ok) return session;
  const there = await readHostManifest(session.value, system, place.tools.interruption.draining);
  return there.ok ? ok({ system, manifest: there.value }) : there;
}

function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function readSources(
  from: Manifest | null,
  to: Manifest | null,
  place: Place,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = differingSources(from, to).flatMap(({ old, next }) => [old, next].filter((file) => file !== undefined));
  const read = new Map<string, Uint8Array>();
  for (const file of new Set(files)) {
    for (const store of place.files) {
      const bytes = await store.read(file, MAX_DIFF_BYTES);
      if (bytes === undefined) continue;
      read.set(file, bytes);
      break;
    }
  }
  const elsewhere = [...new Set(files)].filter((file) => !read.has(file));
  const session = elsewhere.length === 0 ? undefined : await place.session();
  if (session?.ok !== true) return read;
  const requests = elsewhere.map((path) => ({ kind: "read" as const, path, maxBytes: MAX_DIFF_BYTES }));
  const seen = await inspect(session.value, requests, place.tools.interruption.draining);
  return seen.ok ? new Map([...read, ...seen.value.contents]) : read;
}

/** Reads `live`, `previous`, `desired`, a number, or a store path; undefined for anything else. */
export function parseSideName(text: string): SideName | undefined {
  if (text === "live" || text === "previous" || text === "desired") return { kind: text };
  if (/^[0-9]{1,9}$/.test(text)) return { kind: "generation", generation: Number(text) as Generation };
  const system = parseStorePath(text);
  return system === undefined ? undefined : { kind: "closure", system };
}
