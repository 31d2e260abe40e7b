import { describe, expect, test } from "vitest";
import { lastInstant, manifestTooOld, USUAL_MANIFEST_AGE_MS } from "../../../src/domain/os-update/manifest-age.ts";
import { updatePolicy } from "../../../src/domain/os-update/policy.ts";

const chosen = Date.parse("2026-11-01T12:00:00Z");
const until = lastInstant(chosen, 86_400_000);

describe("versions that were chosen", () => {
  test("may be installed up to their last instant, and not after it", () => {
    expect(until).toBe("2026-11-02T12:00:00.000Z");
    expect(manifestTooOld(until, Date.parse(until))).toBeUndefined();
    expect(manifestTooOld(until, Date.parse(until) + 1)).toMatchObject({
      code: "os/manifest-old",
      expected: `an update before ${until}`,
    });
  });

  test("of a plan that knows no limit are never too old", () =>
    expect(manifestTooOld(undefined, Number.MAX_SAFE_INTEGER)).toBeUndefined());

  test("are good for a week, unless the inventory says otherwise", () => {
    const plain = { mode: "manual", autoReboot: false, rebootWindow: [], holds: [], pins: {} } as const;
    const age = (more: object): number =>
      updatePolicy({ osUpdates: { ubuntu: { ...plain, ...more } } }, {}).maxManifestAgeMs;
    expect(age({})).toBe(USUAL_MANIFEST_AGE_MS);
    expect(age({ maxManifestAgeMs: 3_600_000 })).toBe(3_600_000);
  });
});
