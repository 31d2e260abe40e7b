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
    if (want !== undefined && own === undefined) {
      const found = lookups.found.get(path);
      if (standsInTheWay(want, found)) conflicts.push({ path, found: describeFound(found) });
      else files.push(newFile(want, found, content));
    } else if (own !== undefined) {
      const change = want === undefined ? removedFile(own, content) : keptFile(want, own, content);
      if (change !== null) files.push(change);
    }
  }
  return { files, conflicts };
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
}

export function ownedFiles(facts: HostFacts): ReadonlyMap<string, Owned> {
  const units = facts.units.map(
    (unit: OwnedUnit): Owned => ({
      path: unitFilePath(unit.name),
      recordedSha256: unit.recordedSha256,
      currentSha256: unit.currentSha256,
      recordedMode: null,
      currentMode: null,
    }),
  );
  const files: readonly (Owned | OwnedFile)[] = facts.files;
  return new Map([...files, ...units].map((file) => [file.path, file]));
}

/** Sees a file that is not ours. Identical content is not ours either: taking it over would delete it on removal. */
function standsInTheWay(want: WantedFile, found: FoundPath | undefined): boolean {
  if (found === undefined) return true;
  if (found.kind === "absent") return false;
  return !(want.adopt && found.kind === "file");
}

function describeFound(found: FoundPath | undefined): string {
  if (found === undefined) return "something that could not be looked at";
  const kind = { absent: "nothing", file: "a file", directory: "a directory", symlink: "a link", other: "no file" };
  return found.mode === undefined ? kind[found.kind] : `${kind[found.kind]}, ${found.mode}`;
}

function newFile(want: WantedFile, found: FoundPath | undefined, content: FileContent | undefined): FileChange {
  if (found?.kind !== "file") return { path: want.path, change: "add", ...diffOf(content) };
  const differs = found.sha256 !== want.sha256;
  return {
    path: want.path,
    change: "modify",
    ...(differs ? diffOf(content) : {}),
    adopts: true,
    ...modeChange(found.mode ?? null, want.mode),
  };
}

function keptFile(want: WantedFile, own: Owned, content: FileContent | undefined): FileChange | null {
  if (own.currentSha256 === "missing") {
    return { path: want.path, change: "add", ...diffOf(content), drift: "missing" };
  }
  const contentDiffers = own.currentSha256 !== want.sha256;
  const mode = modeChange(own.currentMode, want.mode);
  if (!contentDiffers && mode.mode === undefined) return null;
  return {
    path: want.path,
    change: "modify",
    ...(contentDiffers ? diffOf(content) : {}),
    ...driftOf(own),
    ...mode,
  };
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
