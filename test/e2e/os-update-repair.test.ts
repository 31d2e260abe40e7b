/** Packages that somebody, or something, left half done. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ArchivePackage, Pocket } from "../../src/domain/lab/archive/package.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installApproved, slowScriptRuns, updatesOf, versionOn } from "../support/apt/updating.ts";
import { installOld, publish } from "../support/apt-archive.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let host: HostUnderTest;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
});

afterAll(() => publish(lab));

beforeEach(async () => {
  await lab.reset();
  host = await hostOf(lab, "lab-1");
});

describe("dpkg that was killed in the middle", () => {
  test("by somebody is told as failed with the packages that it left, and a repair finishes them", async () => {
    await installOld(host, "nf-slow", "nf-plain");
    await host.sh("touch /run/nf-wait");
    const ours = installApproved(host, ["nf-slow 1.0 1.1"]);
    await slowScriptRuns(host);
    await host.sh("pkill -9 -x apt-get; pkill -9 -x dpkg; pkill -9 -f '[n]f-slow.postinst'; true");
    expect(await ours).toMatchObject({ code: 70, failure: { code: "os/update-failed" } });
    const { broken, interrupted } = await updatesOf(host);
    expect(broken.length > 0 || interrupted).toBe(true);
    await host.sh("touch /run/nf-go");
    expect(await installApproved(host, ["nf-plain 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" } });
    expect(await installApproved(host, ["nf-plain 1.0 1.1"], { repair: "configure" })).toMatchObject({ code: 0 });
    expect(await versionOn(host, "nf-slow")).toBe("1.1 ii ");
  });

  test("blocks the update until it is repaired", async () => {
    await installOld(host, "nf-plain");
    await host.sh(
      "printf 'Package: nf-plain\\nStatus: install ok unpacked\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/var/lib/dpkg/updates/0001",
    );
    expect((await updatesOf(host)).interrupted).toBe(true);
    expect(await installApproved(host, ["nf-plain 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" } });
    expect(await installApproved(host, ["nf-plain 1.0 1.1"], { repair: "configure" })).toMatchObject({ code: 0 });
  });
});

describe("an interruption", () => {
  // apt calls dpkg again for each: the second is not touched before the first is whole.
  const second = (version: string, pocket: Pocket, more: object = {}): ArchivePackage => ({
    name: "nf-second",
    version,
    pockets: [pocket],
    ...more,
  });

  test("that apt calls a success is no success: what is missing is asked of dpkg", async () => {
    const newer = second("1.1", "noble-updates", { preDepends: "nf-slow (>= 1.1)" });
    await publish(lab, [second("1.0", "noble"), newer]);
    await installOld(host, "nf-slow", "nf-second");
    await host.sh("touch /run/nf-wait");
    const ours = installApproved(host, ["nf-slow 1.0 1.1", "nf-second 1.0 1.1"]);
    await slowScriptRuns(host);
    await host.sh("pkill -INT -x apt-get; touch /run/nf-go");
    expect(await ours).toMatchObject({
      code: 70,
      failure: { code: "os/update-failed", found: "not updated: nf-second 1.1" },
      packages: [{ name: "nf-slow", from: "1.0", to: "1.1" }],
    });
    expect(await host.sh("cat /var/lib/nixfleet/runs/*.os/apt-exit")).toBe("0");
    expect(await installApproved(host, ["nf-second 1.0 1.1"])).toMatchObject({ code: 0 });
  });
});

describe("a package whose dependency is missing", () => {
  /** Unpacks a package by hand, as people do with what they downloaded. */
  const unpack = (depends: string): Promise<string> =>
    host.sh(`mkdir -p /tmp/nf/DEBIAN
      printf 'Package: nf-needy\nVersion: 1.0\nArchitecture: all\nMaintainer: x\nDescription: x\nDepends: ${depends}\n' >/tmp/nf/DEBIAN/control
      dpkg-deb -b /tmp/nf /tmp/nf.deb >/dev/null; apt-get update -qq; dpkg -i /tmp/nf.deb >/dev/null 2>&1 || true`);

  test("is whole again where a repair may fetch it, and what that brought is told", async () => {
    await unpack("nf-newdep-lib");
    expect(await installApproved(host, [], { repair: "configure" })).toMatchObject({
      failure: { code: "os/blocked", detail: expect.stringContaining("the package nf-needy is unpacked") },
    });
    expect(await installApproved(host, [], { repair: "fix" })).toMatchObject({
      code: 0,
      packages: [{ name: "nf-newdep-lib", from: null, to: "1.1" }],
      repaired: ["nf-needy unpacked"],
    });
    expect(await versionOn(host, "nf-needy")).toBe("1.0 ii ");
  });

  test("is left alone where apt would repair it by removing it", async () => {
    await unpack("nf-nowhere");
    expect(await installApproved(host, [], { repair: "fix" })).toMatchObject({ failure: { code: "os/blocked" } });
    expect(await versionOn(host, "nf-needy")).toBe("1.0 iU ");
  });
});
