/** Which managed files are written or deleted, and which were touched behind our back. Unit files count as files. */
import type { ManagedFile, ManagedUnit, Manifest } from "../manifest/manifest.ts";
import type { HostFacts, OwnedFile, OwnedUnit } from "../observation/facts.ts";
import type { FileContent } from "./file-content.ts";
import { diffOf } from "./file-diff.ts";
import type { FoundPath } from "./host-input.ts";
import type { FileChange, PlanHost } from "./plan.ts";

export interface FileFindings {
  readonly files: readonly FileChange[];
  readonly conflicts: PlanHost["conflicts"];
}

/** Unit files are root's, and readable by all; the host-side program writes them so. */
const UNIT_FILE_MODE = "0644 root root";

/** Where unit files of the administrator live; the host-side program writes them there. */
export const unitFilePath = (unit: string): string => `/etc/systemd/system/${unit}`;

/**
 * Compares what the host has with what it should have. Sorted by path.
 * @param desired null for the empty manifest
 */
export function fileFindings(
  facts: HostFacts,
  desired: Manifest | null,
  lookups: { readonly found: ReadonlyMap<string, FoundPath>; readonly contents: ReadonlyMap<string, FileContent> },
): FileFindings {
  const wanted = wantedFiles(desired);
  const owned = ownedFiles(facts);
  const files: FileChange[] = [];
  const conflicts: { path: string; found: string }[] = [];
  for (const path of [...new Set([...wanted.keys(), ...owned.keys()])].sort()) {
    const want = wanted.get(path);
    const own = owned.get(path);
    const content = lookups.contents.get(path);
    const found = lookups.found.get(path);
    const problem = want === undefined ? undefined : own === undefined ? obstacle(want, found) : blocked(own, found);
    if (problem !== undefined) conflicts.push({ path, found: problem });
    else files.push(...changeAt({ want, own, found, content }));
  }
  return { files, conflicts };
}

interface At {
  readonly want: WantedFile | undefined;
  readonly own: Owned | undefined;
  readonly found: FoundPath | undefined;
  readonly content: FileContent | undefined;
}

function changeAt({ want, own, found, content }: At): FileChange[] {
  if (want === undefined) return own === undefined ? [] : [removedFile(own, content)];
  return own === undefined ? [newFile(want, found, content)] : keptFile(want, own, content);
}

/** A file as the closure wants it; unit files have the fixed mode that the host-side program gives them. */
export interface WantedFile {
  readonly path: string;
  readonly sha256: string;
  /** `mode owner group`; null where it is not compared. */
  readonly mode: string | null;
  readonly adopt: boolean;
  readonly source: string;
}

export function wantedFiles(manifest: Manifest | null): ReadonlyMap<string, WantedFile> {
  if (manifest === null) return new Map();
  const all = [...manifest.files.map(fromFile), ...manifest.units.map(fromUnit)];
  return new Map(all.map((file) => [file.path, file]));
}

const fromFile = (file: ManagedFile): WantedFile => ({
  path: file.path,
  sha256: file.sha256,
  mode: `${file.mode} ${file.owner} ${file.group}`,
  adopt: file.adopt,
  source: file.source,
});

const fromUnit = (unit: ManagedUnit): WantedFile => ({
  path: unitFilePath(unit.name),
  sha256: unit.sha256,
  mode: null,
  adopt: false,
  source: unit.source,
});

/** Modes are null where the host does not report them. */
interface Owned {
  readonly path: string;
  readonly recordedSha256: string;
  readonly currentSha256: string;
  readonly recordedMode: string | null;
  readonly currentMode: string | null;
  /** A unit whose file was replaced by a link to /dev/null. */
  readonly masked?: boolean;
}

export function ownedFiles(facts: HostFacts): ReadonlyMap<string, Owned> {
  const units = facts.units.map(
    (unit: OwnedUnit): Owned => ({
      path: unitFilePath(unit.name),
      recordedSha256: unit.recordedSha256,
      currentSha256: unit.currentSha256,
      recordedMode: null,
      currentMode: null,
      masked: unit.enabled === "masked",
    }),
  );
  const files: readonly (Owned | OwnedFile)[] = facts.files;
  return new Map([...files, ...units].map((file) => [file.path, file]));
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

function newFile(want: WantedFile, found: FoundPath | undefined, content: FileContent | undefined): FileChange {
  if (found === undefined || found.kind === "absent") return { path: want.path, change: "add", ...diffOf(content) };
  const differs = found.sha256 !== want.sha256;
  return {
    path: want.path,
    change: "modify",
    ...(differs ? diffOf(content) : {}),
    adopts: true,
    ...modeChange(found.mode ?? null, want.mode),
  };
}

function keptFile(want: WantedFile, own: Owned, content: FileContent | undefined): FileChange[] {
  if (own.currentSha256 === "missing") {
    return [{ path: want.path, change: "add", ...diffOf(content), drift: "missing" }];
  }
  const contentDiffers = own.currentSha256 !== want.sha256;
  const mode = modeChange(own.currentMode, want.mode);
  if (!contentDiffers && mode.mode === undefined) return [];
  const diff = contentDiffers ? diffOf(content) : {};
  return [{ path: want.path, change: "modify", ...diff, ...driftOf(own), ...mode }];
}

const removedFile = (own: Owned, content: FileContent | undefined): FileChange => ({
  path: own.path,
  change: "remove",
  ...(own.currentSha256 === "missing" ? {} : diffOf(content)),
  ...driftOf(own),
});

export function driftOf(own: Owned): { readonly drift?: "edited" | "missing" | "mode" } {
  if (own.currentSha256 === "missing") return { drift: "missing" };
  if (own.currentSha256 !== own.recordedSha256) return { drift: "edited" };
  return own.currentMode === own.recordedMode ? {} : { drift: "mode" };
}

const modeChange = (from: string | null, to: string | null): Pick<FileChange, "mode"> =>
  from === null || to === null || from === to ? {} : { mode: { from, to } };
