/** The tables of what NixFleet manages on the host: as recorded, and as found. */
import { createHash } from "node:crypto";
import type { OwnedFile, OwnedSecret, OwnedUnit } from "../observation/facts.ts";
import type { FieldReader } from "./field-reader.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable } from "./records.ts";

const SHA256 = /^[0-9a-f]{64}$/;
const MODE = /^[0-7]{4} [^ ]{1,64} [^ ]{1,64}$/;

export function readOwnedFiles(read: FieldReader, records: readonly HostRecord[]): readonly OwnedFile[] {
  return recordTable(records, "owned.file").flatMap((row) => {
    const [path = "", recordedSha256 = "", currentSha256 = "", recordedMode = "", currentMode = "", ...more] = row;
    const wellFormed =
      path.startsWith("/") &&
      SHA256.test(recordedSha256) &&
      isCurrentHash(currentSha256) &&
      MODE.test(recordedMode) &&
      (currentMode === "-" || MODE.test(currentMode)) &&
      more.length === 0;
    if (!wellFormed) {
      read.refuse("owned.file", row.join(" "));
      return [];
    }
    return [{ path, recordedSha256, currentSha256, recordedMode, currentMode: currentMode === "-" ? "" : currentMode }];
  });
}

export function readOwnedUnits(read: FieldReader, records: readonly HostRecord[]): readonly OwnedUnit[] {
  return recordTable(records, "owned.unit").flatMap((row) => {
    const [name = "", recordedSha256 = "", currentSha256 = "", recorded = "", active = "", enabled = "", ...more] = row;
    const wellFormed =
      name !== "" &&
      SHA256.test(recordedSha256) &&
      isCurrentHash(currentSha256) &&
      (recorded === "enabled" || recorded === "disabled") &&
      [active, enabled].every((state) => /^[a-z-]{1,32}$/.test(state)) &&
      more.length === 0;
    if (!wellFormed) {
      read.refuse("owned.unit", row.join(" "));
      return [];
    }
    return [{ name, recordedSha256, currentSha256, recordedEnabled: recorded === "enabled", active, enabled }];
  });
}

export function readOwnedSecrets(read: FieldReader, records: readonly HostRecord[]): readonly OwnedSecret[] {
  return recordTable(records, "secret").flatMap((row) => {
    const [name = "", digest = "", state, ...more] = row;
    if (name !== "" && SHA256.test(digest) && (state === "present" || state === "missing") && more.length === 0) {
      return [{ name, digest, present: state === "present" }];
    }
    read.refuse("secret", row.join(" "));
    return [];
  });
}

/** Equal digests mean that no managed file or unit file was touched in between. */
export function filesDigest(files: readonly OwnedFile[], units: readonly OwnedUnit[]): string {
  const digest = createHash("sha256");
  const rows = [
    ...files.map((file) => ["file", file.path, file.currentSha256, file.currentMode].join("\t")),
    ...units.map((unit) => ["unit", unit.name, unit.currentSha256].join("\t")),
  ];
  for (const row of rows.toSorted()) digest.update(`${row}\n`);
  return digest.digest("hex");
}

const isCurrentHash = (text: string): boolean => text === "missing" || text === "other" || SHA256.test(text);
