/** A host whose configuration does not evaluate or build is told apart; the others go on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let round = 0;

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  fleet = layFleetProject(lab);
});
afterAll(() => fleet?.remove());

/** Something new for the good hosts, and this for the first. */
function break1(module: string): void {
  round += 1;
  for (const name of ["lab-2", "lab-3"]) {
    configure(fleet, name, `{ nixfleet.files."/etc/nf-round".text = "${round}\\n"; }`);
  }
  configure(fleet, "lab-1", module);
}

const mistakes: readonly [what: string, module: string, code: string, told: RegExp][] = [
  [
    "an option that does not exist",
    '{ nixfleet.fils."/etc/x".text = "a"; }',
    "nix/evaluation-failed",
    /nixfleet\.fils/,
  ],
  ["a file that is no Nix", '{ nixfleet.files."/etc/x".text = "a" }', "nix/evaluation-failed", /syntax error/],
  ["an error of its own", 'throw "this host is not ready"', "nix/evaluation-failed", /this host is not ready/],
  [
    "a package that does not build",
    `{ pkgs, ... }: {
  nixfleet.packages = [ (pkgs.runCommand "broken-1.0" { } "echo compiling; echo no such header >&2; exit 7") ];
}`,
    "nix/build-failed",
    /no such header/,
  ],
];

test.each(mistakes)("%s: the host fails with the reason, the others are done", async (_what, module, code, told) => {
  break1(module);
  const answer = await act(fleet, "apply", "--yes");
  expect(answer.code).toBe(5);
  expect(outcomes(answer.events)).toBe("lab-1 failed, lab-2 changed, lab-3 changed");
  const error = errorOf(answer.events, "lab-1");
  expect(error.code).toBe(code);
  expect(`${error.what}\n${error.detail}`).toMatch(told);
  expect(await onHost(lab, "lab-3", "cat /etc/nf-round")).toBe(String(round));
});

test("people see it once, with the end of the log and where to read all of it", async () => {
  const { code, stdout, stderr } = await fleet.nixfleet("apply", "--yes");
  expect(code).toBe(5);
  expect(stderr + stdout).toContain("error[nix/build-failed]: lab-1: broken-1.0 does not build");
  expect(stderr + stdout).toContain("| no such header");
  expect(stderr + stdout).toContain("nix log /nix/store/");
});

test("when it is repaired, --rerun failed takes up that host alone", async () => {
  configure(fleet, "lab-1", '{ nixfleet.files."/etc/nf-round".text = "repaired\\n"; }');
  const { code, events } = await act(fleet, "apply", "--yes", "--rerun", "failed");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
});
