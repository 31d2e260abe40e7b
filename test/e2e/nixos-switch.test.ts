import { beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import type { TestLab } from "../support/lab.ts";
import { bootDefault, FACTORY, nixosMachine, switchTo, systemOf, unit } from "../support/nixos-systems.ts";

let lab: TestLab;
let host: HostUnderTest;

beforeAll(async () => {
  ({ lab, host } = await nixosMachine());
});

/** Everything that an activation which did not succeed must leave as it was. */
const standing = async () => {
  const { live, committed, generation, staged } = await host.facts();
  return { live, committed, generation, staged, boots: await bootDefault(host) };
};

describe("a system that can be switched to", () => {
  test("is live first, then committed, then what the next boot runs", async () => {
    const system = await systemOf(host, "first", unit("first", "/bin/sleep infinity"));
    const outcome = await switchTo(host, system);
    expect(outcome).toMatchObject({ code: 0, problems: [], waits: [] });
    expect(outcome.log.match(/^(check|intent|switch|confirm|commit|boot-loader|state|owned)$/gm)).toEqual([
      ...["check", "intent", "switch", "confirm", "commit", "boot-loader", "state", "owned"],
    ]);
    expect(await standing()).toEqual({ live: system, committed: system, generation: 2, staged: null, boots: system });
    expect(await host.sh("systemctl is-active first.service")).toBe("active");
    expect(await host.facts()).toMatchObject({ interrupted: null, state: { system, generation: 2 } });
  });

  test("makes no new generation when it is applied again, nor when it comes back later", async () => {
    const system = await host.sh("readlink -f /run/current-system");
    await switchTo(host, system);
    expect(await standing()).toMatchObject({ live: system, generation: 2 });
    const other = await systemOf(host, "other");
    await switchTo(host, other);
    await switchTo(host, system);
    expect(await standing()).toEqual({ live: system, committed: system, generation: 2, staged: null, boots: system });
    expect((await host.facts()).generations.map(({ generation }) => generation)).toEqual([1, 2, 3]);
  });

  test("may be one that nixfleet never described: the one the machine came with", async () => {
    const factory = await host.sh(`readlink -f ${FACTORY}`);
    expect(await switchTo(host, factory)).toMatchObject({ code: 0 });
    expect(await standing()).toMatchObject({ live: factory, generation: 1, boots: factory });
    expect(await host.sh("systemctl is-active first.service || true")).toBe("inactive");
  });
});

describe("what switch-to-configuration ends with", () => {
  test("4 for a unit that failed: back to the recorded system, and the unit is named", async () => {
    const before = await standing();
    const bad = await systemOf(host, "bad-unit", unit("bad", "/bin/false", "Type=oneshot"));
    const outcome = await switchTo(host, bad);
    expect(outcome).toMatchObject({ code: 71, step: "switch" });
    expect(outcome.problems).toContain("unit bad.service failed, which did not fail before");
    expect(await standing()).toEqual(before);
    expect(await host.sh("systemctl is-failed bad.service || true")).not.toBe("failed");
  });

  test("4 for units that failed before already: accepted", async () => {
    const lame = unit("lame", "/bin/false", "Type=oneshot");
    await host.sh("systemd-run --unit=lame.service /bin/false; sleep 0.5; systemctl is-failed lame.service");
    const outcome = await switchTo(host, await systemOf(host, "lame-before", lame));
    expect(outcome).toMatchObject({ code: 0, problems: [] });
    expect(outcome.log).toContain("these units failed before already: lame.service");
    await switchTo(host, await host.sh(`readlink -f ${FACTORY}`));
  });

  test("0 with a unit that starts again and again: not taken for success", async () => {
    const before = await standing();
    const flapping = unit("flaps", "/bin/false", "Restart=always\nRestartSec=300ms\nStartLimitIntervalSec=0");
    const outcome = await switchTo(host, await systemOf(host, "flapping", flapping));
    expect(outcome.code).toBe(71);
    expect(outcome.problems).toContain("unit flaps.service failed, which did not fail before");
    expect(await standing()).toEqual(before);
  });

  test("2 for an activation script that failed: back", async () => {
    const before = await standing();
    const outcome = await switchTo(
      host,
      await systemOf(host, "bad-script", "sed -i 's/^exit .*/_status=1; exit $_status/' activate"),
    );
    expect(outcome).toMatchObject({ code: 71, step: "switch" });
    expect(outcome.problems).toContain("the activation script failed (exit code 2)");
    expect(await standing()).toEqual(before);
  });

  test("1 for a refused pre-switch check: nothing was touched", async () => {
    const before = await standing();
    const outcome = await switchTo(
      host,
      await systemOf(host, "refused", "printf '#!/bin/sh\\necho no disk; exit 1\\n' >pre-switch-checks"),
    );
    expect(outcome).toMatchObject({ code: 69, step: "switch" });
    expect(outcome.problems[0]).toMatch(/^switch-to-configuration refused: no disk.*Pre-switch checks failed/);
    expect(outcome.log).not.toContain("activating the configuration");
    expect(await standing()).toEqual(before);
    expect((await host.facts()).interrupted).toBeNull();
  });

  test("1 for a boot loader that could not be installed: live and committed are what they were", async () => {
    const before = await standing();
    const system = await systemOf(
      host,
      "no-loader",
      "printf '#!/bin/sh\\necho the menu is gone; exit 3\\n' >install-bootloader",
    );
    const outcome = await switchTo(host, system);
    expect(outcome).toMatchObject({ code: 71, step: "boot-loader" });
    expect(outcome.problems[0]).toMatch(/^the boot loader could not be installed \(exit code 1\): the menu is gone/);
    expect(await standing()).toEqual(before);
    expect((await host.facts()).generations.some((entry) => entry.system === system)).toBe(true);
  });

  test("100 when only a boot can bring it: committed for the next one, with the reason", async () => {
    const { live } = await standing();
    const system = await systemOf(host, "new-init", "printf 'systemd 3' >init-interface-version");
    const outcome = await switchTo(host, system);
    expect(outcome).toMatchObject({ code: 0, problems: [], waits: ["the interface of init changes"] });
    expect(await standing()).toMatchObject({
      live,
      committed: system,
      boots: system,
      staged: { system, reasons: ["the interface of init changes"] },
    });
    const { reboot } = await host.facts();
    expect(reboot).toMatchObject({ needed: "yes" });
    expect(reboot.reasons[0]).toBe("it was applied for the next boot: the interface of init changes");
    await switchTo(host, live ?? "");
    expect((await host.facts()).staged).toBeNull();
  });

  test("101 when its messages cannot be written: again, with the messages in memory", async () => {
    // Fills the small disk that the log is on, in the middle of the switch; a later switch back finds that disk gone.
    const script =
      "#!/bin/sh\\necho run >>/root/checked; dd if=/dev/zero of=/var/lib/nixfleet/runs/fill bs=1k count=1024; yes | head -c 8192; exit 0\\n";
    const system = await systemOf(host, "panics", `printf '${script}' >pre-switch-checks`);
    await host.sh("mount -t tmpfs -o size=512k tmpfs /var/lib/nixfleet/runs");
    const outcome = await switchTo(host, system);
    await host.sh("umount /var/lib/nixfleet/runs");
    expect(outcome).toMatchObject({ code: 0, problems: [] });
    // Twice for making it live, since the first time broke off; once for the boot loader.
    expect(await host.sh("wc -l </root/checked")).toBe("3");
    expect(await standing()).toMatchObject({ live: system, committed: system, boots: system });
    await switchTo(host, await host.sh(`readlink -f ${FACTORY}`));
    await host.sh("rm -f /var/lib/nixfleet/runs/fill");
  });

  test.each([
    ["a signal", "kill -9 $$", "switch-to-configuration was ended by signal 9"],
    ["the old code for a failed reload", "exit 3", "systemd did not take up the new units (exit code 3)"],
    ["a code that nobody knows", "exit 42", "switch-to-configuration ended with exit code 42"],
    ["0 without being done", "exit 0", /^switch-to-configuration says that it is done, but \/run\/current-system is/],
  ])("%s: back", async (_, end, problem) => {
    const before = await standing();
    const system = await systemOf(
      host,
      "odd-end",
      `printf '#!/bin/sh\\n[ "$1" = boot ] && exit 0\\n${end}\\n' >bin/switch-to-configuration`,
    );
    const outcome = await switchTo(host, system);
    expect(outcome).toMatchObject({ code: 71, step: "switch" });
    expect(outcome.problems[0]).toEqual(typeof problem === "string" ? problem : expect.stringMatching(problem));
    expect(await standing()).toEqual(before);
  });
});

describe("the lock of switch-to-configuration", () => {
  const holding = (seconds: number): string =>
    `mkdir -p /run/nixos; setsid flock /run/nixos/switch-to-configuration.lock sleep ${seconds} >/dev/null 2>&1 </dev/null & sleep 0.3`;

  test("is waited for, and its holder named", async () => {
    const system = await systemOf(host, "after-lock");
    await host.sh(holding(8));
    const outcome = await switchTo(host, system);
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.log).toMatch(
      /waiting for process \d+ \(.*sleep 8.*\), which holds \/run\/nixos\/switch-to-configuration\.lock/,
    );
  });

  test("that is held too long ends in `locked`, with nothing touched", async () => {
    const before = await standing();
    const system = await systemOf(host, "never");
    await host.sh(holding(20));
    const outcome = await switchTo(host, system, {
      environment: "NIXFLEET_TEST_SWITCH_LOCK_SECONDS=2",
    });
    expect(outcome.code).toBe(75);
    expect(outcome.problems[0]).toMatch(/^process \d+ \(.*\) holds the lock of switch-to-configuration/);
    expect(await standing()).toEqual(before);
    await host.sh("pkill -x -f 'sleep 20' || true");
  });
});

describe("a system that waits for a boot", () => {
  test("because a switch inhibitor changed, each named", async () => {
    const inhibited = `printf '{"dbus-implementation":"broker","own":"1"}' >switch-inhibitors`;
    const system = await systemOf(host, "inhibited", inhibited);
    const { live } = await standing();
    const outcome = await switchTo(host, system);
    expect(outcome).toMatchObject({ code: 0, waits: ["changed switch inhibitors: dbus-implementation"] });
    expect(outcome.log).not.toContain("activating the configuration");
    expect(await standing()).toMatchObject({ live, committed: system, boots: system, staged: { system } });
  });

  test("runs after the next boot, and then waits for nothing", async () => {
    const { staged } = await standing();
    const { bootId } = await host.facts();
    await lab.ssh("lab-1", "sudo systemctl reboot");
    await expect.poll(async () => (await lab.list()).machines[0]?.bootId, { timeout: 60_000 }).not.toBe(bootId);
    await expect.poll(async () => (await lab.list()).machines[0]?.state, { timeout: 60_000 }).toBe("ready");
    host = await hostOf(lab, "lab-1");
    const facts = await host.facts();
    expect(facts).toMatchObject({ live: staged?.system, booted: staged?.system, staged: null, interrupted: null });
    expect(facts.reboot).toEqual({ needed: "no", reasons: [] });
  });

  test("because the inventory says so", async () => {
    const { live } = await standing();
    const system = await systemOf(host, "by-policy");
    const outcome = await switchTo(host, system, { mode: "boot" });
    expect(outcome).toMatchObject({ code: 0, problems: [] });
    expect(outcome.waits[0]).toBe("the inventory wants it to come with a boot");
    expect(await standing()).toMatchObject({ live, committed: system, boots: system });
  });
});

describe("an activation that is killed", () => {
  beforeAll(async () => {
    // What waited for a boot before left switch inhibitors behind, with which nothing would be made live.
    await lab.reset("lab-1");
    host = await hostOf(lab, "lab-1");
  });

  test.each(["switch", "confirm", "commit", "boot-loader", "state", "owned"])(
    "before the step %s is finished by the next run, whatever that one brings",
    async (step) => {
      const name = `cut-at-${step}`;
      const system = await systemOf(host, name, unit(name, "/bin/sleep infinity"));
      const cut = await switchTo(host, system, { killAt: step });
      expect(cut.code).toBe(72);
      expect(cut.log).toContain(`killed for a test at ${step}`);
      expect((await host.facts()).interrupted).not.toBeNull();
      expect(await switchTo(host, system)).toMatchObject({ code: 0 });
      expect(await standing()).toMatchObject({ live: system, committed: system, boots: system, staged: null });
      expect(await host.facts()).toMatchObject({ interrupted: null });
    },
  );

  test("and then goes back, when the next run cannot be finished either", async () => {
    const before = await standing();
    const bad = await systemOf(host, "cut-and-bad", unit("cut-and-bad", "/bin/false", "Type=oneshot"));
    // Live already when it is cut: what it goes back to is what ran before the first of the two.
    const good = await systemOf(host, "cut-first");
    expect(await switchTo(host, good, { killAt: "commit" })).toMatchObject({ code: 72 });
    expect((await host.facts()).live).toBe(good);
    expect(await switchTo(host, bad)).toMatchObject({ code: 71 });
    expect(await standing()).toEqual(before);
  });

  test("leaves what was committed to the next boot", async () => {
    const before = await standing();
    const system = await systemOf(host, "power-cut", unit("power-cut", "/bin/sleep infinity"));
    expect(await switchTo(host, system, { killAt: "confirm" })).toMatchObject({ code: 72 });
    expect((await host.facts()).live).toBe(system);
    await lab.power("lab-1", "off");
    await lab.power("lab-1", "on");
    host = await hostOf(lab, "lab-1");
    expect(await standing()).toEqual(before);
    expect(await host.sh("systemctl is-active power-cut.service || true")).toBe("inactive");
  });
});
