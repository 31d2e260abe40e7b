/** Which managed files are written or deleted, and which were touched behind our back. Unit files count as files. */
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { FileContent } from "./file-content.ts";
import type { Differ } from "./file-diff.ts";
import type { FoundPath } from "./host-input.ts";
import { driftOf, type Owned, ownedFiles, UNIT_FILE_MODE, type WantedFile, wantedFiles } from "./managed-files.ts";
import type { FileChange, PlanHost } from "./plan.ts";

export interface FileFindings {
  readonly files: readonly FileChange[];
  readonly conflicts: PlanHost["conflicts"];
}

export interface FileLookups {
  readonly found: ReadonlyMap<string, FoundPath>;
  readonly contents: ReadonlyMap<string, FileContent>;
  readonly differ: Differ;
}

/**
 * Compares what the host has with what it should have. Sorted by path.
 * @param desired null for the empty manifest
 */
export function fileFindings(facts: HostFacts, desired: Manifest | null, lookups: FileLookups): FileFindings {
  const wanted = wantedFiles(desired);
  const owned = ownedFiles(facts);
  const files: FileChange[] = [];
  const conflicts: { path: string; found: string }[] = [];
  for (const path of [...new Set([...wanted.keys(), ...owned.keys()])].sort()) {
    const want = wanted.get(path);
    const own = owned.get(path);
    const diff = (): Diff => lookups.differ(lookups.contents.get(path));
    const found = lookups.found.get(path);
    const problem = want === undefined ? undefined : own === undefined ? obstacle(want, found) : blocked(own, found);
    if (problem !== undefined) conflicts.push({ path, found: problem });
    else files.push(...changeAt({ want, own, found, diff }));
  }
  return { files, conflicts };
}

type Diff = ReturnType<Differ>;

interface At {
  readonly want: WantedFile | undefined;
  readonly own: Owned | undefined;
  readonly found: FoundPath | undefined;
  /** Asked only where content changes: comparing costs time. */
  readonly diff: () => Diff;
}

function changeAt({ want, own, found, diff }: At): FileChange[] {
  if (want === undefined) return own === undefined ? [] : [removedFile(own, diff)];
  return own === undefined ? [newFile(want, found, diff)] : keptFile(want, own, diff);
}

/** Why a path that is not ours cannot be taken; what is equal in content, mode and owner is simply taken on. */
function obstacle(want: WantedFile, found: FoundPath | undefined): string | undefined {
  if (found === undefined) return "could not be looked at";
  if (found.kind === "absent" || isSame(want, found)) return undefined;
  const adoptable = want.adopt && (found.kind === "file" || found.kind === "symlink");
  return adoptable ? undefined : describeFound(found);
}

const isSame = (want: WantedFile, found: FoundPath): boolean =>
  found.kind === "file" && found.sha256 === want.sha256 && found.mode === (want.mode ?? UNIT_FILE_MODE);

function describeFound({ kind, mode }: FoundPath): string {
  const words = { absent: "nothing", file: "a file", directory: "a directory", symlink: "a link", other: "no file" };
  return mode === undefined ? words[kind] : `${words[kind]}, ${mode}`;
}

/** Why something that was ours cannot be written any more: no activation replaces a folder, or undoes a mask. */
function blocked(own: Owned, found: FoundPath | undefined): string | undefined {
  if (own.masked) return "the unit was masked by hand";
  return own.currentSha256 === "other" && found?.kind === "directory" ? describeFound(found) : undefined;
}

function newFile(want: WantedFile, found: FoundPath | undefined, diff: At["diff"]): FileChange {
  if (found === undefined || found.kind === "absent") return { path: want.path, change: "add", ...diff() };
  const differs = found.sha256 !== want.sha256;
  return {
    path: want.path,
    change: "modify",
    ...(differs ? diff() : {}),
    adopts: true,
    ...modeChange(found.mode ?? null, want.mode),
  };
}

function keptFile(want: WantedFile, own: Owned, diff: At["diff"]): FileChange[] {
  if (own.currentSha256 === "missing") {
    return [{ path: want.path, change: "add", ...diff(), drift: "missing" }];
  }
  const contentDiffers = own.currentSha256 !== want.sha256;
  const mode = modeChange(own.currentMode, want.mode);
  if (!contentDiffers && mode.mode === undefined) return [];
  const content = contentDiffers ? diff() : {};
  return [{ path: want.path, change: "modify", ...content, ...driftOf(own), ...mode }];
}

const removedFile = (own: Owned, diff: At["diff"]): FileChange => ({
  path: own.path,
  change: "remove",
  ...(own.currentSha256 === "missing" ? {} : diff()),
  ...driftOf(own),
});

const modeChange = (from: string | null, to: string | null): Pick<FileChange, "mode"> =>
  from === null || to === null || from === to ? {} : { mode: { from, to } };
