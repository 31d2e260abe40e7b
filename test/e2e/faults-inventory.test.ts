/** Mistakes in the inventory are told with their place before any host is asked. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let fleet: FleetProject;
let sound: string;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, fresh: false });
  fleet = layFleetProject(lab);
  sound = fleet.read("inventory/lab.yaml");
});
afterAll(() => fleet?.remove());

const lastHost = "  lab-2:\n";
const mistakes: readonly [what: string, change: (text: string) => string, told: readonly RegExp[]][] = [
  [
    "a key that nobody knows",
    (text) => text.replace(lastHost, `${lastHost}    rols: [base]\n`),
    [/error\[inventory\/unknown-key\]/, /rols/, /roles/],
  ],
  ["a tab", (text) => text.replace(lastHost, `${lastHost}\tbase: ubuntu\n`), [/error\[inventory\//, /tab/]],
  [
    "a host written twice",
    (text) => `${text}  lab-1: { base: ubuntu, addr: 198.18.0.250 }\n`,
    [/error\[inventory\/duplicate/, /lab-1/],
  ],
  [
    "groups that contain each other",
    (text) => `${text}groups:\n  a: { children: [b] }\n  b: { children: [a], hosts: [lab-1] }\n`,
    [/error\[inventory\/.*cycle/, /a.*b/],
  ],
  [
    "a host without a file",
    (text) => `${text}  lab-9: { base: ubuntu, addr: 198.18.0.250 }\n`,
    [/error\[inventory\/no-host-file\]/, /hosts\/lab-9\.nix/],
  ],
];

test.each(mistakes)("%s", async (_what, change, told) => {
  fleet.write("inventory/lab.yaml", change(sound));
  for (const verb of [["plan"], ["apply", "--yes"], ["status"]]) {
    const { code, stdout, stderr } = await fleet.nixfleet(...verb);
    expect([code, stdout]).toEqual([3, ""]);
    for (const words of told) expect(stderr).toMatch(words);
    expect(stderr).toMatch(/inventory\/lab\.yaml:\d+:\d+/);
  }
});

test("all of them are told at once", async () => {
  fleet.write("inventory/lab.yaml", sound.replace(lastHost, `${lastHost}    rols: [base]\n    adr: x\n`));
  const { stderr } = await fleet.nixfleet("plan");
  expect(stderr.match(/error\[inventory\/unknown-key\]/g)).toHaveLength(2);
});
