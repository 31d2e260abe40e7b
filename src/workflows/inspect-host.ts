/** Looks closer at a host that is about to change: its present manifest, what lies in the way, old content for diffs. */
import { parseInspection } from "../domain/host/inspect.ts";
import { type InspectRequest, inspectCommand } from "../domain/host/verbs.ts";
import { type Manifest, manifestSchema } from "../domain/manifest/manifest.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { type FileContent, fileContent, MAX_DIFF_BYTES } from "../domain/plan/file-content.ts";
import type { FoundPath } from "../domain/plan/host-input.ts";
import { type Inspection, inspectionFor } from "../domain/plan/inspection.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import { manifestPath } from "../domain/plan/nixos.ts";
import { askRecords } from "../engine/ask-records.ts";
import type { HostSession } from "../engine/session.ts";
import type { StoreFiles } from "../ports/store-files.ts";

const INSPECT_TIMEOUT_MS = 60_000;
/** A manifest of a thousand files is about 300 KB. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

export interface Inspected {
  readonly current: Manifest | null;
  readonly found: ReadonlyMap<string, FoundPath>;
  readonly contents: ReadonlyMap<string, FileContent>;
}

export const nothingInspected: Inspected = { current: null, found: new Map(), contents: new Map() };

/** @param desired the manifest that is to become live; null for the empty one */
export async function inspectHost(
  session: HostSession,
  facts: HostFacts,
  desired: Manifest | null,
  tools: { readonly storeFiles: StoreFiles; readonly signal: AbortSignal },
): Promise<Result<Inspected>> {
  const wanted = inspectionFor(facts, desired);
  const sources = await readSources(wanted, tools.storeFiles);
  const live = liveSystem(facts);
  const elsewhere = wanted.sources.filter(({ source }) => !sources.has(source));
  const seen = await inspect(
    session,
    [
      ...(live === null
        ? []
        : [{ kind: "read" as const, path: `${live}/manifest.json`, maxBytes: MAX_MANIFEST_BYTES }]),
      ...wanted.stat.map((path) => ({ kind: "stat" as const, path })),
      ...wanted.read.map((read) => ({ kind: "read" as const, ...read })),
      // A generation that this machine never built lies in the host's own store.
      ...elsewhere.map(({ source }) => ({ kind: "read" as const, path: source, maxBytes: MAX_DIFF_BYTES })),
    ],
    tools.signal,
  );
  if (!seen.ok) return seen;
  const { paths, contents } = seen.value;
  const current = live === null ? null : parseManifest(contents.get(`${live}/manifest.json`));
  const found = wanted.stat.flatMap((path) => {
    const state = paths.get(path);
    return state === undefined ? [] : [[path, foundPath(state)] as const];
  });
  const sides = {
    old: contents,
    present: new Set(wanted.read.map(({ path }) => path).filter((path) => paths.get(path)?.kind !== "missing")),
    next: (source: string) => sources.get(source) ?? contents.get(source),
  };
  return ok({ current, found: new Map(found), contents: pairContents(wanted, sides) });
}

/** The manifest of a closure that lies on the host. Fails with `plan/no-generation`. */
export async function readHostManifest(
  session: HostSession,
  system: string,
  signal: AbortSignal,
): Promise<Result<Manifest>> {
  const path = manifestPath(session.host.base, system);
  const seen = await inspect(session, [{ kind: "read", path, maxBytes: MAX_MANIFEST_BYTES }], signal);
  if (!seen.ok) return seen;
  const manifest = parseManifest(seen.value.contents.get(path));
  if (manifest !== null) return ok(manifest);
  return err(
    failure("plan/no-generation", "the generation's closure has no readable manifest", {
      host: session.host.name,
      found: path,
    }),
  );
}

/** Looks at many paths of a host at once. */
export async function inspect(session: HostSession, requests: readonly InspectRequest[], signal: AbortSignal) {
  if (requests.length === 0) return ok({ paths: new Map(), contents: new Map() });
  const records = await askRecords(session, inspectCommand(requests), { timeoutMs: INSPECT_TIMEOUT_MS, signal });
  return records.ok ? parseInspection(records.value) : records;
}

export async function readSources(
  wanted: Inspection,
  storeFiles: StoreFiles,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const read = wanted.sources.map(
    async ({ source }) => [source, await storeFiles.read(source, MAX_DIFF_BYTES + 1)] as const,
  );
  return new Map(
    (await Promise.all(read)).flatMap(([source, bytes]) => (bytes === undefined ? [] : [[source, bytes]])),
  );
}

interface Sides {
  readonly old: ReadonlyMap<string, Uint8Array>;
  /** Paths at which something lies; content that the host did not send for them may not be shown. */
  readonly present: ReadonlySet<string>;
  readonly next: (source: string) => Uint8Array | undefined;
}

export function pairContents(wanted: Inspection, sides: Sides): ReadonlyMap<string, FileContent> {
  const sources = new Map(wanted.sources.map(({ path, source }) => [path, source]));
  const paths = new Set([...wanted.read.map(({ path }) => path), ...sources.keys()]);
  return new Map([...paths].map((path) => [path, pairContent(path, sources.get(path), sides)]));
}

function pairContent(path: string, source: string | undefined, { old, present, next }: Sides): FileContent {
  const before = old.get(path);
  const after = source === undefined ? undefined : next(source);
  if (before === undefined && present.has(path)) return { kind: "hidden" };
  if (source !== undefined && after === undefined) return { kind: "large" };
  return fileContent({
    ...(before === undefined ? {} : { old: before }),
    ...(after === undefined ? {} : { new: after }),
  });
}

export function parseManifest(bytes: Uint8Array | undefined): Manifest | null {
  if (bytes === undefined) return null;
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export const foundPath = (state: { kind: string; mode: string; sha256: string | null }): FoundPath => ({
  kind: state.kind === "missing" ? "absent" : (state.kind as Exclude<FoundPath["kind"], "absent">),
  ...(state.mode === "" ? {} : { mode: state.mode }),
  ...(state.sha256 === null ? {} : { sha256: state.sha256 }),
});
