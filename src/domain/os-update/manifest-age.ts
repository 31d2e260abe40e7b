/** Versions that were chosen too long ago are installed no more: fixes came since, and a canary has to run those first. */
import { type Failure, failure } from "../outcome/failure.ts";

const DAY_MS = 86_400_000;

export const USUAL_MANIFEST_AGE_MS = 7 * DAY_MS;

/** Until when versions that were chosen at this time may be installed, as ISO time. @param chosenAtMs milliseconds since the epoch */
export const lastInstant = (chosenAtMs: number, maxManifestAgeMs: number): string =>
  new Date(chosenAtMs + maxManifestAgeMs).toISOString();

/** Fails with `os/manifest-old`. Plans of earlier versions have no limit. @param nowMs milliseconds since the epoch */
export function manifestTooOld(notAfter: string | undefined, nowMs: number): Failure | undefined {
  if (notAfter === undefined || nowMs <= Date.parse(notAfter)) return undefined;
  return failure("os/manifest-old", "the versions were chosen too long ago to be installed now", {
    expected: `an update before ${notAfter}`,
    found: new Date(nowMs).toISOString(),
    next: "plan again, beginning with the canary; osUpdates.ubuntu.maxManifestAge says how long versions are good for",
  });
}
