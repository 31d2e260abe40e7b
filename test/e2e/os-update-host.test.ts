/** The host program's half of updates, against the real apt and dpkg of a lab machine: each trap of updating has its test here. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keptBackOf } from "../../src/domain/apt/kept-back.ts";
import { manifestOverlay, policyOverlay } from "../../src/domain/apt/overlay.ts";
import { type HostUpdates, parseUpdates } from "../../src/domain/apt/updates.ts";
import { judgeOsUpdate, type OsUpdateReport } from "../../src/domain/host/os-update.ts";
import { followOsUpdateCommand, osUpdateCommand, updatesCommand } from "../../src/domain/host/os-verbs.ts";
import type { HostCommand } from "../../src/domain/host/verbs.ts";
import type { RunId } from "../../src/domain/ids.ts";
import { updateObstacle } from "../../src/domain/os-update/obstacles.ts";
import { type HostUnderTest, nextRunId } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, KERNEL_BEFORE, publish } from "../support/apt-archive.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let host: HostUnderTest;

const noble = { id: "ubuntu", codename: "noble" };
const SECURITY = { distribution: noble, selection: "security", holds: [], pins: {} } as const;
const FULL = { ...SECURITY, selection: "full" } as const;
type Policy = Parameters<typeof policyOverlay>[0];

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
});
afterAll(() => publish(lab));

beforeEach(async () => {
  await publish(lab);
  await lab.reset();
  host = await hostOf(lab, "lab-1");
});

const payloadOf = ({ payload }: HostCommand): string => Buffer.from(payload).toString();

async function updates(
  policy: Policy = SECURITY,
  phasing: "always" | "host" | "never" = "always",
): Promise<HostUpdates> {
  const command = updatesCommand({
    refresh: true,
    phasing,
    chosen: policyOverlay(policy),
    security: policyOverlay(SECURITY),
  });
  const answer = await host.verb(["updates", ...command.args], { payload: payloadOf(command) });
  const parsed = parseUpdates(answer.records);
  if (!parsed.ok) throw new Error(`${parsed.error.what}: ${parsed.error.found}`);
  return parsed.value;
}

const chosen = async (policy: Policy = SECURITY, phasing?: "always" | "host" | "never"): Promise<string[]> =>
  (await updates(policy, phasing)).chosen.installs.map(({ name, to }) => `${name} ${to}`).sort();

interface Wishes {
  readonly run?: string;
  readonly repair?: "never" | "configure" | "fix";
  readonly staleIndexes?: "fail" | "warn";
  readonly killAt?: string;
}

/** Installs `name from to` triples under the run's lock, as the CLI does. */
async function install(
  triples: readonly string[],
  wishes: Wishes = {},
): Promise<OsUpdateReport & { readonly code: number }> {
  const run = (wishes.run ?? nextRunId()) as RunId;
  const approved = triples.map((triple) => {
    const [name = "", from = "", to = ""] = triple.split(" ");
    return { name, from: from === "-" ? null : from, to };
  });
  const command = osUpdateCommand({
    run,
    owner: "tester",
    repair: wishes.repair ?? "never",
    staleIndexes: wishes.staleIndexes ?? "fail",
    phasing: "always",
    overlay: manifestOverlay(approved),
    approved,
  });
  await host.verb(["lock", "acquire", run, "tester", "600", "test", "-"]);
  const options = wishes.killAt === undefined ? {} : { killAt: wishes.killAt };
  const answer = await host.verb(["os-update", ...command.args], { payload: payloadOf(command), ...options });
  await host.verb(["lock", "release", run]);
  return { ...judgeOsUpdate(answer.records, answer.code), code: answer.code };
}

const versionOf = (name: string): Promise<string> =>
  host.sh(`dpkg-query -W -f '\${Version} \${db:Status-Abbrev}' ${name}`);

/** The brackets keep pgrep from finding the shell that asks. */
const slowScriptRuns = (): Promise<void> =>
  expect.poll(() => host.sh("pgrep -f '[n]f-slow.postinst' || true"), { timeout: 60_000 }).not.toBe("");

describe("what is chosen", () => {
  test("is the security fix that stands behind a newer version, not that version and not nothing", async () => {
    await installOld(host, "nf-masked", "nf-plain", "nf-security");
    expect(await chosen()).toEqual(["nf-masked 1.1", "nf-security 1.1"]);
    expect(await chosen(FULL)).toEqual(["nf-masked 1.2", "nf-plain 1.1", "nf-security 1.1"]);
  });

  test("leaves out a repository that names no origin when only security updates are wanted", async () => {
    await installOld(host, "nf-vendor");
    expect(await chosen()).toEqual([]);
    expect(await chosen(FULL)).toEqual(["nf-vendor 1.1"]);
  });

  test("brings new packages along, as every new kernel does", async () => {
    await installOld(host, KERNEL_BEFORE, "nf-newdep");
    expect(await chosen()).toEqual(["linux-generic 6.8.0-35.35", "linux-image-6.8.0-35-generic 6.8.0-35.35"]);
    expect(await chosen(FULL)).toContain("nf-newdep-lib 1.1");
  });

  test("follows the archive's phases only where it is told to", async () => {
    await installOld(host, "nf-phased-0");
    expect(await chosen(FULL, "always")).toEqual(["nf-phased-0 1.1"]);
    expect(await chosen(FULL, "never")).toEqual([]);
    // One machine in a hundred draws 0; this one is told by what apt itself would do.
    const own = (await updates(FULL, "host")).own.installs.length;
    expect((await chosen(FULL, "host")).length).toBe(own);
  });

  test("leaves all packages of a held source alone, and packages held by hand", async () => {
    await installOld(host, "nf-twin-a", "nf-twin-b", "nf-plain");
    expect(await chosen({ ...FULL, holds: ["nf-twin"] })).toEqual(["nf-plain 1.1"]);
    await host.sh("apt-mark hold nf-plain");
    expect(await chosen({ ...FULL, holds: ["nf-twin-*"] })).toEqual([]);
  });

  test("keeps a pinned package at its version", async () => {
    await installOld(host, "nf-masked");
    expect(await chosen({ ...FULL, pins: { "nf-masked": "1.1" } })).toEqual(["nf-masked 1.1"]);
    expect(await chosen({ ...FULL, pins: { "nf-masked": "1.0" } })).toEqual([]);
  });

  test("never removes anything, and says what is kept back and why", async () => {
    await installOld(host, "nf-conflict", "nf-victim", "nf-twin-a", "nf-phased-0");
    const seen = await updates({ ...FULL, holds: ["nf-twin"] }, "never");
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
    const { summary } = await updates();
    expect(summary).toEqual({ pending: 2, security: 1, keptBack: 0 });
    expect(await host.sh(state)).toBe(before);
    expect((await host.facts()).osUpdates?.updates).toEqual(summary);
    await install(["nf-plain 1.0 1.1"]);
    expect((await host.facts()).osUpdates).not.toHaveProperty("updates");
  });
});

describe("a boot partition that is nearly full", () => {
  test("forbids a new kernel before anything is touched, and nothing else", async () => {
    await installOld(host, KERNEL_BEFORE, "nf-security");
    await host.sh("mkdir -p /boot && mount -t tmpfs -o size=16m tmpfs /boot");
    const policy = { selection: "security", holds: [], pins: {}, staleIndexes: "fail", repair: "never" } as const;
    const judged = async (): Promise<string | undefined> =>
      updateObstacle(await updates(), { ...policy, phasing: "always", reboot: "never" })?.what;
    expect(await judged()).toBe("too little space on /boot");
    await host.sh("apt-mark hold linux-generic");
    expect(await judged()).toBeUndefined();
  });
});

describe("an archive that cannot be reached", () => {
  const unreachable = "echo 'deb http://127.0.0.1:9/ubuntu noble main' >/etc/apt/sources.list";

  test("is told, although apt-get update says that all is well", async () => {
    await installOld(host, "nf-plain");
    await host.sh(unreachable);
    expect((await host.root("apt-get update -q")).code).toBe(0);
    expect((await updates()).staleIndexes).toContain("127.0.0.1");
  });

  test("forbids the update, unless old indexes are good enough", async () => {
    await installOld(host, "nf-plain");
    await host.sh(unreachable);
    expect(await install(["nf-plain 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" }, packages: [] });
    expect(await versionOf("nf-plain")).toBe("1.0 ii ");
    expect(await install(["nf-plain 1.0 1.1"], { staleIndexes: "warn" })).not.toHaveProperty("failure");
    expect(await versionOf("nf-plain")).toBe("1.1 ii ");
  });
});

describe("an update", () => {
  test("installs exactly what was approved, keeps marks, and tells what changed from dpkg's own books", async () => {
    await installOld(host, "nf-auto", "nf-lib", "nf-plain", "nf-masked");
    await host.sh("apt-mark auto nf-lib");
    const report = await install(["nf-lib 1.0 1.1", "nf-masked 1.0 1.1"]);
    expect(report).toEqual({
      code: 0,
      packages: [
        { name: "nf-lib", from: "1.0", to: "1.1" },
        { name: "nf-masked", from: "1.0", to: "1.1" },
      ],
      conffiles: [],
      services: [],
    });
    expect(await versionOf("nf-plain")).toBe("1.0 ii ");
    expect(await host.sh("apt-mark showauto nf-lib")).toBe("nf-lib");
    expect(await host.sh("ls -A /run/nixfleet /etc/apt/preferences.d /etc/apt/preferences 2>/dev/null || true")).toBe(
      "/etc/apt/preferences.d:\n\n/run/nixfleet:\nactivation.flock\nlock.mutex",
    );
    expect((await host.facts()).osUpdates?.last).toMatchObject({ code: 0, packages: 2 });
  });

  test("with an older approved version keeps to it after the archive moved on", async () => {
    await installOld(host, "nf-plain");
    await publish(lab, [{ name: "nf-plain", version: "1.2", pockets: ["noble-updates"] }]);
    expect((await install(["nf-plain 1.0 1.1"])).packages).toEqual([{ name: "nf-plain", from: "1.0", to: "1.1" }]);
  });

  test("whose version left the archive changes nothing and says so", async () => {
    await installOld(host, "nf-plain", "nf-security");
    const later = { name: "nf-plain", version: "1.2", pockets: ["noble-updates"] } as const;
    await publish(lab, [later], ({ name, version }) => name === "nf-plain" && version === "1.1");
    const report = await install(["nf-plain 1.0 1.1", "nf-security 1.0 1.1"]);
    expect(report).toMatchObject({
      failure: { code: "os/manifest-missing", found: "no longer to be had: nf-plain 1.1" },
    });
    expect(await versionOf("nf-security")).toBe("1.0 ii ");
  });

  test("that is there already is nothing to do", async () => {
    await installOld(host, "nf-plain");
    await host.sh("apt-get install -y -qq nf-plain=1.1");
    expect(await install(["nf-plain 1.0 1.1"])).toEqual({ code: 0, packages: [], conffiles: [], services: [] });
  });

  test("keeps an edited configuration file, and names the new one beside it", async () => {
    await installOld(host, "nf-conffile");
    await host.sh("echo 'level = 9' >/etc/nf-conffile.conf");
    expect((await install(["nf-conffile 1.0 1.1"])).conffiles).toEqual(["/etc/nf-conffile.conf.dpkg-dist"]);
    expect(await host.sh("cat /etc/nf-conffile.conf")).toBe("level = 9");
  });

  test("that fails part-way says which packages are broken and which went well; a repair finishes it", async () => {
    await installOld(host, "nf-failing", "nf-plain", "nf-security");
    const report = await install(["nf-failing 1.0 1.1", "nf-plain 1.0 1.1"]);
    expect(report).toMatchObject({ code: 70, failure: { code: "os/update-failed" } });
    expect(report.packages.map(({ name }) => name)).toContain("nf-plain");
    expect((await updates()).broken).toEqual(["nf-failing half-configured"]);
    expect(await install(["nf-security 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" } });
    await host.sh("touch /run/nf-mended");
    // Also where nothing else is to be updated.
    expect(await install([], { repair: "configure" })).toEqual({
      code: 0,
      packages: [],
      conffiles: [],
      services: [],
      repaired: ["nf-failing half-configured"],
    });
    expect(await install(["nf-security 1.0 1.1"])).toMatchObject({ code: 0 });
    expect(await versionOf("nf-failing")).toBe("1.1 ii ");
  });
});

describe("others at work on the packages", () => {
  test("are waited for, whichever lock they hold", async () => {
    await installOld(host, "nf-slow", "nf-plain");
    await host.sh("touch /run/nf-wait");
    // Somebody's own apt, in the middle of a package's script.
    await host.sh("systemd-run --quiet --unit=nf-foreign apt-get install -y -qq nf-slow=1.1");
    await slowScriptRuns();
    expect((await updates()).lockHolders.length).toBeGreaterThan(0);
    const ours = install(["nf-plain 1.0 1.1"]);
    await expect
      .poll(() => host.sh("cat /var/lib/nixfleet/runs/*.os/step 2>/dev/null || true"), { timeout: 30_000 })
      .not.toBe("");
    await host.sh("touch /run/nf-go");
    expect(await ours).toMatchObject({ code: 0 });
    expect(await versionOf("nf-slow")).toBe("1.1 ii ");
  });

  test("that begin after us find apt's daily lock taken", async () => {
    await installOld(host, "nf-slow");
    await host.sh("touch /run/nf-wait");
    const ours = install(["nf-slow 1.0 1.1"]);
    await slowScriptRuns();
    expect((await host.root("flock -n /var/lib/apt/daily_lock true")).code).not.toBe(0);
    expect((await host.facts()).activation).toMatch(/\.os$/);
    await host.sh("touch /run/nf-go");
    expect(await ours).toMatchObject({ code: 0 });
    expect((await host.root("flock -n /var/lib/apt/daily_lock true")).code).toBe(0);
  });
});

describe("an update whose caller is gone", () => {
  test("goes on to its end, and is found again from any byte of its log", async () => {
    await installOld(host, "nf-slow");
    await host.sh("touch /run/nf-wait");
    const run = nextRunId() as RunId;
    const ours = install(["nf-slow 1.0 1.1"], { run });
    const lost = expect(ours).rejects.toThrow();
    await slowScriptRuns();
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
    expect(await install(["nf-plain 1.0 1.1"], { killAt: "install" })).toMatchObject({
      code: 72,
      failure: { code: "os/update-failed" },
    });
    expect(await versionOf("nf-plain")).toBe("1.0 ii ");
    expect(await install(["nf-plain 1.0 1.1"])).toMatchObject({ code: 0 });
  });
});

describe("dpkg that was killed in the middle", () => {
  test("by somebody is told as failed with the packages that it left, and a repair finishes them", async () => {
    await installOld(host, "nf-slow", "nf-plain");
    await host.sh("touch /run/nf-wait");
    const ours = install(["nf-slow 1.0 1.1"]);
    await slowScriptRuns();
    await host.sh("pkill -9 -x apt-get; pkill -9 -x dpkg; pkill -9 -f '[n]f-slow.postinst'; true");
    expect(await ours).toMatchObject({ code: 70, failure: { code: "os/update-failed" } });
    const { broken, interrupted } = await updates();
    expect(broken.length > 0 || interrupted).toBe(true);
    await host.sh("touch /run/nf-go");
    expect(await install(["nf-plain 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" } });
    expect(await install(["nf-plain 1.0 1.1"], { repair: "configure" })).toMatchObject({ code: 0 });
    expect(await versionOf("nf-slow")).toBe("1.1 ii ");
  });

  test("blocks the update until it is repaired", async () => {
    await installOld(host, "nf-plain");
    await host.sh(
      "printf 'Package: nf-plain\\nStatus: install ok unpacked\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >/var/lib/dpkg/updates/0001",
    );
    expect((await updates()).interrupted).toBe(true);
    expect(await install(["nf-plain 1.0 1.1"])).toMatchObject({ failure: { code: "os/blocked" } });
    expect(await install(["nf-plain 1.0 1.1"], { repair: "configure" })).toMatchObject({ code: 0 });
  });
});
