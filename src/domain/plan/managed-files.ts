/** Managed files, unit files among them: as the closure wants them, and as the host has them. */
import type { ManagedFile, ManagedUnit, Manifest } from "../manifest/manifest.ts";
import type { HostFacts, OwnedFile, OwnedUnit } from "../observation/facts.ts";
import type { FileChange } from "./plan.ts";

/** Unit files are root's, and readable by all; the host-side program writes them so. */
export const UNIT_FILE_MODE = "0644 root root";

/** Where unit files of the administrator live; the host-side program writes them there. */
export const unitFilePath = (unit: string): string => `/etc/systemd/system/${unit}`;

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
export interface Owned {
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

/** What somebody did to a managed file behind our back. */
export function driftOf(own: Owned): Pick<FileChange, "drift"> {
  if (own.currentSha256 === "missing") return { drift: "missing" };
  if (own.currentSha256 !== own.recordedSha256) return { drift: "edited" };
  return own.currentMode === own.recordedMode ? {} : { drift: "mode" };
}
