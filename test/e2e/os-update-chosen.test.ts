/** What an update would bring, and what it would not, told by the real apt of a lab machine. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keptBackOf } from "../../src/domain/apt/kept-back.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { chosenOn, FULL, installApproved, updatesOf } from "../support/apt/updating.ts";
import { installOld, KERNEL_BEFORE } from "../support/apt-archive.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let host: HostUnderTest;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
});

beforeEach(async () => {
  await lab.reset();
  host = await hostOf(lab, "lab-1");
});

describe("what is chosen", () => {
  test("is the security fix that stands behind a newer version, not that version and not nothing", async () => {
    await installOld(host, "nf-masked", "nf-plain", "nf-security");
    expect(await chosenOn(host)).toEqual(["nf-masked 1.1", "nf-security 1.1"]);
    expect(await chosenOn(host, FULL)).toEqual(["nf-masked 1.2", "nf-plain 1.1", "nf-security 1.1"]);
  });

  test("leaves out a repository that names no origin when only security updates are wanted", async () => {
    await installOld(host, "nf-vendor");
    expect(await chosenOn(host)).toEqual([]);
    expect(await chosenOn(host, FULL)).toEqual(["nf-vendor 1.1"]);
  });

  test("brings new packages along, as every new kernel does", async () => {
    await installOld(host, KERNEL_BEFORE, "nf-newdep");
    expect(await chosenOn(host)).toEqual(["linux-generic 6.8.0-35.35", "linux-image-6.8.0-35-generic 6.8.0-35.35"]);
    expect(await chosenOn(host, FULL)).toContain("nf-newdep-lib 1.1");
  });

  test("follows the archive's phases only where it is told to", async () => {
    await installOld(host, "nf-phased-0");
    expect(await chosenOn(host, FULL, "always")).toEqual(["nf-phased-0 1.1"]);
    expect(await chosenOn(host, FULL, "never")).toEqual([]);
    // One machine in a hundred draws 0; this one is told by what apt itself would do.
    const own = (await updatesOf(host, FULL, "host")).own.installs.length;
    expect((await chosenOn(host, FULL, "host")).length).toBe(own);
  });

  test("leaves all packages of a held source alone, and packages held by hand", async () => {
    await installOld(host, "nf-twin-a", "nf-twin-b", "nf-plain");
    expect(await chosenOn(host, { ...FULL, holds: ["nf-twin"] })).toEqual(["nf-plain 1.1"]);
    await host.sh("apt-mark hold nf-plain");
    expect(await chosenOn(host, { ...FULL, holds: ["nf-twin-*"] })).toEqual([]);
  });

  test("keeps a pinned package at its version", async () => {
    await installOld(host, "nf-masked");
    expect(await chosenOn(host, { ...FULL, pins: { "nf-masked": "1.1" } })).toEqual(["nf-masked 1.1"]);
    expect(await chosenOn(host, { ...FULL, pins: { "nf-masked": "1.0" } })).toEqual([]);
  });

  test("never removes anything, and says what is kept back and why", async () => {
    await installOld(host, "nf-conflict", "nf-victim", "nf-twin-a", "nf-phased-0");
    const seen = await updatesOf(host, { ...FULL, holds: ["nf-twin"] }, "never");
    const reasons = keptBackOf(seen, { ...FULL, holds: ["nf-twin"] }).map(({ name, why }) => `${name}: ${why}`);
    expect(reasons).toContain("nf-conflict: removal");
    expect(reasons).toContain("nf-twin-a: hold");
    expect(seen.chosen.removals).toEqual([]);
  });

  test("is looked at without changing the host, and counted for the next look at facts", async () => {
    await installOld(host, "nf-plain", "nf-security");
    const state = "cat /var/lib/dpkg/status /var/lib/apt/extended_states /var/log/apt/history.log | sha256sum";
    const before = await host.sh(state);
    await host.sh("mkdir -p /var/lib/nixfleet");
    const { summary } = await updatesOf(host);
    expect(summary).toEqual({ pending: 2, security: 1, keptBack: 0 });
    expect(await host.sh(state)).toBe(before);
    expect((await host.facts()).osUpdates?.updates).toEqual(summary);
    await installApproved(host, ["nf-plain 1.0 1.1"]);
    expect((await host.facts()).osUpdates).not.toHaveProperty("updates");
  });

  test("says which security updates a hold keeps back, and a new dependency that is held", async () => {
    await installOld(host, "nf-security", "nf-newdep");
    const policy = { ...FULL, holds: ["nf-sec*", "nf-newdep-lib"] };
    const seen = await updatesOf(host, policy);
    expect(seen.chosen.installs).toEqual([]);
    expect(keptBackOf(seen, policy)).toEqual([
      { name: "nf-newdep", candidate: "1.1", why: "dependency", security: false },
      { name: "nf-security", candidate: "1.1", why: "hold", security: true },
    ]);
  });

  test("heeds the host's own preferences, in the file and in its folder", async () => {
    await installOld(host, "nf-plain", "nf-auto", "nf-lib", "nf-vendor");
    const never = (name: string): string => `Package: ${name}\nPin: version *\nPin-Priority: -1\n`;
    await host.sh(`printf '${never("nf-plain")}' >/etc/apt/preferences`);
    await host.sh(`printf '${never("nf-vendor")}' >/etc/apt/preferences.d/nf`);
    expect(await chosenOn(host, FULL)).toEqual(["nf-auto 1.1", "nf-lib 1.1"]);
  });

  test("is never an older version than what is installed", async () => {
    await installOld(host, "nf-masked=1.2", "nf-plain");
    expect(await chosenOn(host, { ...FULL, pins: { "nf-masked": "1.1" } })).toEqual(["nf-plain 1.1"]);
  });
});
