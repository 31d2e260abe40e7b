import { describe, expect, test } from "vitest";
import { desiredLab, type LabOptions } from "../../../src/domain/lab/desired.ts";
import { labIdOf } from "../../../src/domain/lab/naming.ts";
import { parsePerMachine } from "../../../src/domain/lab/per-machine.ts";
import { type LabState, labStateSchema, shapes } from "../../../src/domain/lab/state.ts";

const id = labIdOf("/var/lib/nixfleet-lab");
const usual: LabOptions = {
  hosts: 2,
  prefix: "lab",
  names: [],
  subnet: "198.18.0.0/25",
  shape: { all: "ubuntu", byName: {} },
  sudo: { all: "nopasswd", byName: { "lab-1": "password" } },
  bare: [],
  suite: { all: "trixie", byName: {} },
};

let made = 0;
const newMachineId = (): string => String(++made).padStart(32, "0");
const desire = (options: Partial<LabOptions>, existing?: LabState) =>
  desiredLab(id, "/cache", { ...usual, ...options }, existing, newMachineId);
const lab = (options: Partial<LabOptions> = {}): LabState => {
  const state = desire(options);
  if (!state.ok) throw new Error(state.error.what);
  return state.value;
};

describe("the lab that is wanted", () => {
  test("has machines with names, addresses and identities of their own", () => {
    expect(lab().machines).toMatchObject([
      { name: "lab-1", number: 1, address: "198.18.0.11", shape: "ubuntu", sudo: "password" },
      { name: "lab-2", number: 2, address: "198.18.0.12", shape: "ubuntu", sudo: "nopasswd" },
    ]);
    expect(new Set(lab({ hosts: 9 }).machines.map(({ machineId }) => machineId)).size).toBe(9);
  });

  test("is what its file says after it was written and read", () => {
    const state = lab();
    expect(labStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test("is the one that is up, when that is what was asked for", () => {
    const existing = lab();
    expect(desire({}, existing)).toEqual({ ok: true, value: existing });
  });

  test("may grow, and keeps the machines that are there", () => {
    const existing = lab();
    const grown = desire({ hosts: 3 }, existing);
    expect(grown).toMatchObject({ ok: true, value: { machines: { length: 3 } } });
    if (grown.ok) expect(grown.value.machines.slice(0, 2)).toEqual(existing.machines);
  });

  test.each<[string, Partial<LabOptions>]>([
    ["fewer machines", { hosts: 1 }],
    ["other names", { prefix: "web", sudo: { all: "nopasswd", byName: {} } }],
    ["other addresses", { subnet: "198.18.1.0/24" }],
    ["another shape", { shape: { all: "debian", byName: {} } }],
    ["a machine that is bare", { bare: ["lab-1"] }],
    ["another suite on one machine", { suite: { all: "trixie", byName: { "lab-2": "sid" } } }],
    ["another sudo on one machine", { sudo: { all: "nopasswd", byName: {} } }],
  ])("is refused with %s than the one that is up", (_, options) => {
    expect(desire(options, lab())).toMatchObject({ ok: false, error: { code: "lab/different" } });
  });

  test.each<[string, Partial<LabOptions>]>([
    ["no machines", { hosts: 0 }],
    ["a number that is none", { hosts: Number.NaN }],
    ["more machines than addresses", { hosts: 117 }],
    ["a name that is no host name", { prefix: "-web" }],
    ["a name with dots", { prefix: "web.example" }],
    ["a name that leaves no room for numbers", { prefix: "w".repeat(60) }],
    ["a bare machine of sid", { bare: ["lab-1"], suite: { all: "sid", byName: {} } }],
  ])("is refused with %s", (_, options) => {
    expect(desire(options)).toMatchObject({ ok: false, error: { code: "lab/bad-option" } });
  });

  test("is refused when an option names a machine that it will not have", () => {
    const refused = desire({ shape: { all: "ubuntu", byName: { "lab-9": "debian" } } });
    expect(refused).toMatchObject({ ok: false, error: { code: "lab/unknown-machine", found: "lab-9" } });
  });
});

describe("an option for all machines or one", () => {
  const parse = (...words: string[]) => parsePerMachine("--shape", words, shapes, "ubuntu");

  test("has a standard value, one for all, and some by name", () => {
    expect(parse()).toEqual({ ok: true, value: { all: "ubuntu", byName: {} } });
    expect(parse("debian", "lab-2=ubuntu")).toEqual({
      ok: true,
      value: { all: "debian", byName: { "lab-2": "ubuntu" } },
    });
  });

  test.each(["arch", "lab-1=", "=debian", "lab-1=arch"])("cannot be %j", (word) => {
    expect(parse(word)).toMatchObject({ ok: false, error: { code: "lab/bad-option", found: word } });
  });
});
