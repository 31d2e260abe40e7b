import { describe, expect, test } from "vitest";
import { labIdOf } from "../../../src/domain/lab/naming.ts";
import type { LabMachine, LabState } from "../../../src/domain/lab/state.ts";
import { ok } from "../../../src/domain/outcome/result.ts";
import type { Lab, LabPreconditions, MachineStatus } from "../../../src/ports/lab.ts";
import { prepareImage } from "../../../src/workflows/lab/image.ts";
import { waitUntilReady } from "../../../src/workflows/lab/ready.ts";

const machine = (number: number): LabMachine => ({
  name: `lab-${number}`,
  number,
  address: `198.18.0.${10 + number}`,
  shape: "ubuntu",
  sudo: "nopasswd",
  suite: "trixie",
  machineId: "0".repeat(32),
});
const machines = [machine(1), machine(2)];
const state: LabState = {
  schema: "nixfleet.lab/1",
  id: labIdOf("/lab"),
  prefix: "lab",
  subnet: "198.18.0.0/25",
  cache: "/cache",
  machines,
};

const status = (readiness: MachineStatus["readiness"], failedUnits: readonly string[] = []): MachineStatus => ({
  power: readiness === "off" ? "off" : "on",
  readiness,
  failedUnits,
});

/** Machines that go through these states, one a look; time passes only while somebody waits. */
function labOf(boots: Readonly<Record<string, readonly MachineStatus[]>>) {
  let now = 0;
  const looks = new Map<string, number>();
  const lab = {
    elapsed: () => now,
    pause: async (ms: number) => {
      now += ms;
    },
    machines: {
      status: async (_state: LabState, { name }: LabMachine) => {
        const look = looks.get(name) ?? 0;
        looks.set(name, look + 1);
        return boots[name]?.[look] ?? boots[name]?.at(-1);
      },
      consoleTail: async (name: string) => `last words of ${name}`,
    },
  };
  return lab as unknown as Lab;
}

const wait = (lab: Lab, lines: string[] = []) =>
  waitUntilReady(lab, state, machines, 10_000, (line) => lines.push(line));

describe("waiting for machines", () => {
  test("ends when all have booted, and says how many have meanwhile", async () => {
    const lines: string[] = [];
    const lab = labOf({
      "lab-1": [status("booting"), status("ready")],
      "lab-2": Array(4).fill(status("booting")).concat(status("ready")),
    });
    expect(await wait(lab, lines)).toEqual(ok(undefined));
    expect(lines).toEqual(["1 of 2 are up"]);
  });

  test("gives up at the deadline, naming who is late and showing the console", async () => {
    const outcome = await wait(labOf({ "lab-1": [status("ready")], "lab-2": [status("booting")] }));
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: "lab/not-ready", host: "lab-2", detail: "console of lab-2:\nlast words of lab-2" },
    });
  });

  test("gives up at once on a machine that went off, and waits for the others first", async () => {
    const lab = labOf({ "lab-1": [status("off")], "lab-2": [status("booting"), status("booting"), status("ready")] });
    expect(await wait(lab)).toMatchObject({ ok: false, error: { found: "lab-1 off" } });
    expect(lab.elapsed()).toBeLessThan(10_000);
  });

  test("says once what is the same of several", async () => {
    const outcome = await wait(labOf({ "lab-1": [status("off")], "lab-2": [status("off")] }));
    expect(outcome).toMatchObject({ ok: false, error: { found: "lab-1, lab-2 off" } });
  });

  test("names the units that failed", async () => {
    const outcome = await wait(labOf({ "lab-1": [status("ready")], "lab-2": [status("degraded", ["ssh.service"])] }));
    expect(outcome).toMatchObject({ ok: false, error: { found: "lab-2 booted with failed units: ssh.service" } });
  });
});

describe("what the lab needs from this machine", () => {
  const installed: string[][] = [];
  const preconditions: LabPreconditions = {
    check: async () => ok(undefined),
    missingPackages: async () => ["mmdebstrap", "systemd-container"],
    install: async (packages) => {
      installed.push([...packages]);
      return ok(undefined);
    },
  };
  const image = { root: "/cache/image-1", binDir: "/cache/bin", built: true };
  const lab = { preconditions, images: { ensure: async () => ok(image) } } as unknown as Lab;
  const prepare = (installDeps: boolean) => prepareImage(lab, { installDeps, forgetImage: false }, () => undefined);

  test("is named, and not installed unasked", async () => {
    expect(await prepare(false)).toMatchObject({
      ok: false,
      error: { code: "lab/missing-packages", found: "missing: mmdebstrap systemd-container" },
    });
    expect(installed).toEqual([]);
  });

  test("is installed when that was asked for", async () => {
    expect(await prepare(true)).toEqual(ok(image));
    expect(installed).toEqual([["mmdebstrap", "systemd-container"]]);
  });
});
