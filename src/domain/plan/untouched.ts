/** A manifest as if a host had just been looked at and everything were as its closure left it. */
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts, OwnedFile, OwnedUnit } from "../observation/facts.ts";

/** The part of a host's facts that tells what is managed; nothing for no manifest. */
export const untouchedBy = (manifest: Manifest | null): Pick<HostFacts, "files" | "units"> => ({
  files: (manifest?.files ?? []).map(ownedFile),
  units: (manifest?.units ?? []).map(ownedUnit),
});

function ownedFile(file: Manifest["files"][number]): OwnedFile {
  const mode = `${file.mode} ${file.owner} ${file.group}`;
  return {
    path: file.path,
    recordedSha256: file.sha256,
    currentSha256: file.sha256,
    recordedMode: mode,
    currentMode: mode,
  };
}

const ownedUnit = (unit: Manifest["units"][number]): OwnedUnit => ({
  name: unit.name,
  recordedSha256: unit.sha256,
  currentSha256: unit.sha256,
  recordedEnabled: unit.enabled,
  active: "active",
  enabled: unit.enabled ? "enabled" : "static",
});
