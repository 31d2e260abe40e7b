/** Looks closer at a NixOS host that is about to change: two systems are compared by their manifests. */
import type { Manifest } from "../domain/manifest/manifest.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { ok, type Result } from "../domain/outcome/result.ts";
import { MAX_DIFF_BYTES } from "../domain/plan/file-content.ts";
import type { DesiredHost, FoundPath, HostInput } from "../domain/plan/host-input.ts";
import { nixosInspectionFor } from "../domain/plan/inspection.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import { wantedFiles } from "../domain/plan/managed-files.ts";
import { manifestPath } from "../domain/plan/nixos.ts";
import { linkedParts, writtenParts } from "../domain/plan/nixos-boot.ts";
import type { HostSession } from "../engine/session.ts";
import type { StoreFiles } from "../ports/store-files.ts";
import {
  foundPath,
  type Inspected,
  inspect,
  MAX_MANIFEST_BYTES,
  nothingInspected,
  pairContents,
  parseManifest,
  readSources,
} from "./inspect-host.ts";

/** @param desired null for a system that nixfleet did not describe: then nothing can be compared */
export async function inspectNixos(
  session: HostSession,
  facts: HostFacts,
  desired: Manifest | null,
  tools: { readonly storeFiles: StoreFiles; readonly signal: AbortSignal },
): Promise<Result<Inspected>> {
  const live = liveSystem(facts);
  const kept = live === null ? ok(null) : await readKeptManifest(session, live, tools.signal);
  if (!kept.ok) return kept;
  const current = kept.value;
  if (current === null || desired === null) return ok({ ...nothingInspected, current });
  const wanted = nixosInspectionFor(facts, current, desired);
  const before = wantedFiles(current);
  const sources = await readSources(wanted, tools.storeFiles);
  const oldSources = wanted.read.flatMap(({ path }) => before.get(path)?.source ?? []);
  const elsewhere = wanted.sources.flatMap(({ source }) => (sources.has(source) ? [] : [source]));
  const seen = await inspect(
    session,
    [
      ...wanted.stat.map((path) => ({ kind: "stat" as const, path })),
      ...[...oldSources, ...elsewhere].map((path) => ({ kind: "read" as const, path, maxBytes: MAX_DIFF_BYTES })),
    ],
    tools.signal,
  );
  if (!seen.ok) return seen;
  const { paths, contents } = seen.value;
  const old = wanted.read.flatMap(({ path }) => {
    const content = contents.get(before.get(path)?.source ?? "");
    return content === undefined ? [] : [[path, content] as const];
  });
  const found = (path: string): FoundPath => {
    const state = paths.get(path);
    return state === undefined ? { kind: "absent" } : foundPath(state);
  };
  return ok({
    current,
    found: new Map([...wantedFiles(desired).keys()].map((path) => [path, found(path)])),
    contents: pairContents(wanted, {
      old: new Map(old),
      present: new Set(wanted.read.map(({ path }) => path)),
      next: (source) => sources.get(source) ?? contents.get(source),
    }),
  });
}

/** Null for a system that nixfleet did not describe, or whose manifest is gone. */
export async function readKeptManifest(
  session: HostSession,
  system: string,
  signal: AbortSignal,
): Promise<Result<Manifest | null>> {
  const path = manifestPath("nixos", system);
  const seen = await inspect(session, [{ kind: "read", path, maxBytes: MAX_MANIFEST_BYTES }], signal);
  return seen.ok ? ok(parseManifest(seen.value.contents.get(path))) : seen;
}

/** What a system boots with; nothing of one that this machine never built. */
export async function readBootParts(
  desired: DesiredHost,
  storeFiles: StoreFiles,
): Promise<Pick<HostInput, "nextBoot">> {
  if (desired.kind === "empty") return {};
  const { system } = desired;
  const links = linkedParts.map(async (part) => [part, await storeFiles.target(`${system}/${part}`)] as const);
  const texts = writtenParts.map(async (part) => {
    const bytes = await storeFiles.read(`${system}/${part}`, MAX_PART_BYTES);
    return [part, bytes === undefined ? undefined : new TextDecoder().decode(bytes).trimEnd()] as const;
  });
  const parts = (await Promise.all([...links, ...texts])).filter(([, value]) => value !== undefined);
  return parts.length === 0 ? {} : { nextBoot: Object.fromEntries(parts) };
}

/** Kernel parameters have at most 4096 bytes; inhibitors are a few store paths. */
const MAX_PART_BYTES = 64 * 1024;
