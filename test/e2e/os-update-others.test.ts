/** Others at work on the packages of a host, with whatever lock. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installApproved, slowScriptRuns, updateLogs, updatesOf, versionOn } from "../support/apt/updating.ts";
import { installOld } from "../support/apt-archive.ts";
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

/** Holds the file that it is given as apt would, until /run/nf-go is there. */
const HOLDER = `#!/usr/bin/python3
import fcntl, os, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/run/nf-held", "w")
while not os.path.exists("/run/nf-go"):
    time.sleep(0.1)
`;

/** A command that returns once somebody holds the lock. */
async function holderOf(lock: string): Promise<string> {
  await host.sh(`cat >/usr/local/bin/nf-hold <<'EOF'\n${HOLDER}EOF\nchmod 0755 /usr/local/bin/nf-hold`);
  return `systemd-run --quiet --unit=nf-holder nf-hold ${lock}; until [ -e /run/nf-held ]; do sleep 0.1; done`;
}

describe("others at work on the packages", () => {
  test("are waited for while they hold dpkg's lock", async () => {
    await installOld(host, "nf-slow", "nf-plain");
    await host.sh("touch /run/nf-wait");
    // Somebody's own apt, in the middle of a package's script.
    await host.sh("systemd-run --quiet --unit=nf-foreign apt-get install -y -qq nf-slow=1.1");
    await slowScriptRuns(host);
    expect((await updatesOf(host)).lockHolders.length).toBeGreaterThan(0);
    const ours = installApproved(host, ["nf-plain 1.0 1.1"]);
    await expect
      .poll(() => host.sh("cat /var/lib/nixfleet/runs/*.os/step 2>/dev/null || true"), { timeout: 30_000 })
      .not.toBe("");
    await host.sh("touch /run/nf-go");
    expect(await ours).toMatchObject({ code: 0 });
    expect(await versionOn(host, "nf-slow")).toBe("1.1 ii ");
  });

  test("that begin after us find apt's daily lock taken", async () => {
    await installOld(host, "nf-slow");
    await host.sh("touch /run/nf-wait");
    const ours = installApproved(host, ["nf-slow 1.0 1.1"]);
    await slowScriptRuns(host);
    expect((await host.root("flock -n /var/lib/apt/daily_lock true")).code).not.toBe(0);
    expect((await host.facts()).activation).toMatch(/\.os$/);
    await host.sh("touch /run/nf-go");
    expect(await ours).toMatchObject({ code: 0 });
    expect((await host.root("flock -n /var/lib/apt/daily_lock true")).code).toBe(0);
  });

  test("are waited for while they hold the lock of the lists, which apt itself does not wait for", async () => {
    await installOld(host, "nf-plain");
    await host.sh(await holderOf("/var/lib/apt/lists/lock"));
    expect((await host.root("apt-get update -qq -o DPkg::Lock::Timeout=60")).code).toBe(100);
    const looking = updatesOf(host);
    await expect
      .poll(() => host.sh("grep -l 'Could not get lock' /tmp/tmp.*/refresh.errors || true"), { timeout: 60_000 })
      .not.toBe("");
    await host.sh("touch /run/nf-go");
    expect((await looking).staleIndexes).toBeNull();
  });

  test("that take the lock of the downloads after we looked are waited for, too", async () => {
    await installOld(host, "nf-plain");
    // Behind the check for locks, and before the download.
    const hook = `APT::Update::Post-Invoke { "${await holderOf("/var/cache/apt/archives/lock")}"; };`;
    await host.sh(`echo '${hook}' >/etc/apt/apt.conf.d/99nf`);
    const ours = installApproved(host, ["nf-plain 1.0 1.1"]);
    await expect
      .poll(() => host.sh("grep -l 'Could not get lock' /var/lib/nixfleet/runs/*.os/errors || true"), {
        timeout: 60_000,
      })
      .not.toBe("");
    await host.sh("touch /run/nf-go");
    expect(await ours).toMatchObject({ code: 0 });
  });

  test("are waited for by apt's own daily job's lock, and we say so", async () => {
    await installOld(host, "nf-plain");
    await host.sh("systemd-run --quiet --unit=nf-daily flock /var/lib/apt/daily_lock sleep infinity");
    const ours = installApproved(host, ["nf-plain 1.0 1.1"]);
    await expect.poll(() => updateLogs(host), { timeout: 60_000 }).toContain("waiting for apt's daily job");
    expect(await versionOn(host, "nf-plain")).toBe("1.0 ii ");
    await host.sh("systemctl stop nf-daily");
    expect(await ours).toMatchObject({ code: 0 });
  });
});
