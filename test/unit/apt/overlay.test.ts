import { describe, expect, test } from "vitest";
import { manifestOverlay, policyOverlay } from "../../../src/domain/apt/overlay.ts";

const noble = { id: "ubuntu", codename: "noble" };
const nothing = { holds: [], pins: {} };

describe("the preferences of a run", () => {
  test("for security updates allow the pocket, ESM, the release itself, and nothing else", () => {
    expect(policyOverlay({ distribution: noble, selection: "security", ...nothing })).toMatchInlineSnapshot(`
      "Package: *
      Pin: release o=Ubuntu,a=noble-security
      Pin-Priority: 990

      Package: *
      Pin: release o=UbuntuESM,a=noble-infra-security
      Pin-Priority: 990

      Package: *
      Pin: release o=UbuntuESMApps,a=noble-apps-security
      Pin-Priority: 990

      Package: *
      Pin: release a=now
      Pin-Priority: 100

      Package: *
      Pin: release o=Ubuntu,a=noble
      Pin-Priority: 50

      Package: *
      Pin: release *
      Pin-Priority: -1
      "
    `);
  });

  test("end in a rule that names no field, since a repository without that field would not match it", () => {
    const last = policyOverlay({ distribution: noble, selection: "security", ...nothing })
      .trim()
      .split("\n\n")
      .at(-1);
    expect(last).toBe("Package: *\nPin: release *\nPin-Priority: -1");
  });

  test("tell Debian's security updates by their label, and by codename", () => {
    const text = policyOverlay({
      distribution: { id: "debian", codename: "trixie" },
      selection: "security",
      ...nothing,
    });
    expect(text).toContain("Pin: release l=Debian-Security\n");
    expect(text).toContain("Pin: release o=Debian,n=trixie-security\n");
    expect(text).toContain("Pin: release o=Debian,l=Debian,n=trixie\nPin-Priority: 50");
  });

  test("for all updates without holds and pins are empty: the host's own rules count", () => {
    expect(policyOverlay({ distribution: noble, selection: "full", ...nothing })).toBe("");
  });

  test("put holds first, by the names of binary and source packages", () => {
    const text = policyOverlay({
      distribution: noble,
      selection: "security",
      holds: ["nvidia-*", "src:mysql"],
      pins: {},
    });
    expect(text).toMatch(/^Package: nvidia-\* src:nvidia-\* src:mysql\nPin: version \*\nPin-Priority: -1\n/);
  });

  test("leave a pinned package no other version", () => {
    expect(policyOverlay({ distribution: noble, selection: "full", holds: [], pins: { redis: "7.0*" } })).toBe(
      "Package: redis\nPin: version 7.0*\nPin-Priority: 990\n\nPackage: redis\nPin: release *\nPin-Priority: -1\n",
    );
  });

  test("of a manifest put what the host holds before its versions", () => {
    const overlay = manifestOverlay([{ name: "a", to: "1.1" }], { holds: ["a*"], pins: {} });
    expect(overlay).toMatch(/^Package: a\* src:a\*\nPin: version \*\nPin-Priority: -1\n\nPackage: a\n/);
  });

  test("of a manifest leave exactly its versions", () => {
    expect(manifestOverlay([{ name: "a", to: "1.1" }])).toBe(
      "Package: a\nPin: version 1.1\nPin-Priority: 990\n\nPackage: *\nPin: release *\nPin-Priority: -1\n",
    );
  });
});
