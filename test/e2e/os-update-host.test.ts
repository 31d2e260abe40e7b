/** An update of one host against the real apt and dpkg of a lab machine. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { judgeOsUpdate } from "../../src/domain/host/os-update.ts";
import { followOsUpdateCommand } from "../../src/domain/host/os-verbs.ts";
import type { RunId } from "../../src/domain/ids.ts";
import { type HostUnderTest, nextRunId } from "../support/activation.ts";
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
  await publish(lab);
  await lab.reset();
  host = await hostOf(lab, "lab-1");
});

describe("an archive that cannot be reached", () => {
  const unreachable = "echo 'deb http://127.0.0.1:9/ubuntu noble main' >/etc/apt/sources.list";

  test("is told, although apt-get update says that all is well", async () => {
    await installOld(host, "nf-plain");
    await host.sh(unreachable);
    expect((await host.root("apt-get update -q")).code).toBe(0);
    expect((await updatesOf(host)).staleIndexes).toContain("127.0.0.1");
  });

  test("forbids the update, unless old indexes are good enough", async () => {
    await installOld(host, "nf-plain");
    await host.sh(unreachable);
    expect(await installApproved(host, ["nf-plain 1.0 1.1"])).toMatchObject({
      failure: { code: "os/blocked" },
      packages: [],
    });
    expect(await versionOn(host, "nf-plain")).toBe("1.0 ii ");
    expect(await installApproved(host, ["nf-plain 1.0 1.1"], { staleIndexes: "warn" })).not.toHaveProperty("failure");
    expect(await versionOn(host, "nf-plain")).toBe("1.1 ii ");
  });
});

describe("an update", () => {
  test("installs exactly what was approved, keeps marks, and tells what changed from dpkg's own books", async () => {
    await installOld(host, "nf-auto", "nf-lib", "nf-plain", "nf-masked");
    await host.sh("apt-mark auto nf-lib");
    const report = await installApproved(host, ["nf-lib 1.0 1.1", "nf-masked 1.0 1.1"]);
    expect(report).toEqual({
      code: 0,
      packages: [
        { name: "nf-lib", from: "1.0", to: "1.1" },
        { name: "nf-masked", from: "1.0", to: "1.1" },
      ],
      conffiles: [],
      services: [],
    });
    expect(await versionOn(host, "nf-plain")).toBe("1.0 ii ");
    expect(await host.sh("apt-mark showauto nf-lib")).toBe("nf-lib");
    // apt's own log says who it was.
    expect(await host.sh("tail -n 20 /var/log/apt/history.log")).toMatch(/Commandline: .*NixFleet::Run=01TEST/);
    expect(await host.sh("ls -A /run/nixfleet /etc/apt/preferences.d /etc/apt/preferences 2>/dev/null || true")).toBe(
      "/etc/apt/preferences.d:\n\n/run/nixfleet:\nactivation.flock\nlock.mutex",
    );
    expect((await host.facts()).osUpdates?.last).toMatchObject({ code: 0, packages: 2 });
  });

  test("with an older approved version keeps to it after the archive moved on", async () => {
    await installOld(host, "nf-plain");
    await publish(lab, [{ name: "nf-plain", version: "1.2", pockets: ["noble-updates"] }]);
    expect((await installApproved(host, ["nf-plain 1.0 1.1"])).packages).toEqual([
      { name: "nf-plain", from: "1.0", to: "1.1" },
    ]);
  });

  test("whose version left the archive changes nothing and says so", async () => {
    await installOld(host, "nf-plain", "nf-security");
    const later = { name: "nf-plain", version: "1.2", pockets: ["noble-updates"] } as const;
    await publish(lab, [later], ({ name, version }) => name === "nf-plain" && version === "1.1");
    const report = await installApproved(host, ["nf-plain 1.0 1.1", "nf-security 1.0 1.1"]);
    expect(report).toMatchObject({
      failure: { code: "os/manifest-missing", found: "no longer to be had: nf-plain 1.1" },
    });
    expect(await versionOn(host, "nf-security")).toBe("1.0 ii ");
  });

  test("that is there already is nothing to do", async () => {
    await installOld(host, "nf-plain");
    await host.sh("apt-get install -y -qq nf-plain=1.1");
    expect(await installApproved(host, ["nf-plain 1.0 1.1"])).toEqual({
      code: 0,
      packages: [],
      conffiles: [],
      services: [],
    });
  });

  test("keeps an edited configuration file, and names the new one beside it", async () => {
    await installOld(host, "nf-conffile");
    await host.sh("echo 'level = 9' >/etc/nf-conffile.conf");
    expect((await installApproved(host, ["nf-conffile 1.0 1.1"])).conffiles).toEqual([
      "/etc/nf-conffile.conf.dpkg-dist",
    ]);
    expect(await host.sh("cat /etc/nf-conffile.conf")).toBe("level = 9");
  });

  test("that fails part-way says which packages are broken and which went well; a repair finishes it", async () => {
    await installOld(host, "nf-failing", "nf-plain", "nf-security");
    const report = await installApproved(host, ["nf-failing 1.0 1.1", "nf-plain 1.0 1.1"]);
    expect(report).toMatchObject({
      code: 70,
      failure: {
        code: "os/update-failed",
        found: expect.stringMatching(/^nf-failing: .*post-installation script subprocess.* exit status 1/),
      },
    });
    expect(report.packages.map(({ name }) => name)).toContain("nf-plain");
    expect((await updatesOf(host)).broken).toEqual(["nf-failing half-configured"]);
    expect(await installApproved(host, ["nf-security 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" } });
    await host.sh("touch /run/nf-mended");
    // Also where nothing else is to be updated.
    expect(await installApproved(host, [], { repair: "configure" })).toEqual({
      code: 0,
      packages: [],
      conffiles: [],
      services: [],
      repaired: ["nf-failing half-configured"],
    });
    expect(await installApproved(host, ["nf-security 1.0 1.1"])).toMatchObject({ code: 0 });
    expect(await versionOn(host, "nf-failing")).toBe("1.1 ii ");
  });
});

describe("an update whose caller is gone", () => {
  test("goes on to its end, and is found again from any byte of its log", async () => {
    await installOld(host, "nf-slow");
    await host.sh("touch /run/nf-wait");
    const run = nextRunId() as RunId;
    const ours = installApproved(host, ["nf-slow 1.0 1.1"], { run });
    const lost = expect(ours).rejects.toThrow();
    await slowScriptRuns(host);
    // Whoever asked for it: the program under ssh, not the unit.
    await host.sh(`pkill -9 -f '[o]s-update ${run}'`);
    await lost;
    const { args } = followOsUpdateCommand(run, 5);
    const following = host.verb(["follow", ...args]);
    await host.sh("touch /run/nf-go");
    const answer = await following;
    expect(judgeOsUpdate(answer.records, answer.code).packages).toEqual([{ name: "nf-slow", from: "1.0", to: "1.1" }]);
  });

  test("and that died before it changed anything is told as cut short", async () => {
    await installOld(host, "nf-plain");
    expect(await installApproved(host, ["nf-plain 1.0 1.1"], { killAt: "install" })).toMatchObject({
      code: 72,
      failure: { code: "os/update-failed" },
    });
    expect(await versionOn(host, "nf-plain")).toBe("1.0 ii ");
    expect(await installApproved(host, ["nf-plain 1.0 1.1"])).toMatchObject({ code: 0 });
  });
});
