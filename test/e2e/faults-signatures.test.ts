/** A host takes what its fleet signed, and nothing else; nobody in between can help it along. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let round = 0;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab);
});
afterAll(() => fleet?.remove());

/** A closure that nobody has signed yet, from a fleet that signs with this key. */
function unsignedClosure(signingKey: string | undefined): void {
  round += 1;
  const inventory = parse(fleet.read("inventory/lab.yaml"));
  fleet.write("inventory/lab.yaml", stringify({ ...inventory, fleet: signingKey === undefined ? {} : { signingKey } }));
  configure(fleet, "lab-1", `{ nixfleet.files."/etc/nf-round".text = "${process.pid} ${round}\\n"; }`);
}

test("without a key: refused, with how to make one", async () => {
  unsignedClosure(undefined);
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  expect(errorOf(events, "lab-1").code).toBe("nix/unsigned-path");
  expect(errorOf(events, "lab-1").next).toContain("nixfleet keys generate");
  expect(await onHost(lab, "lab-1", "ls /run/nixfleet/current 2>/dev/null || echo none")).toBe("none");
});

test("with a key that the host does not trust: refused, with where to put its public half", async () => {
  const key = join(fleet.folder, "..", "other-key");
  expect(await fleet.nixfleet("keys", "generate", "--out", key)).toMatchObject({ code: 0 });
  unsignedClosure(key);
  const { events } = await act(fleet, "apply", "--yes");
  expect(errorOf(events, "lab-1").code).toBe("nix/unsigned-path");
  expect(errorOf(events, "lab-1").next).toContain("trusted-public-keys");
});

test.each([
  ["is not there", "nix/key-missing", () => {}],
  ["is no key", "nix/key-invalid", (path: string) => writeFileSync(path, "no key\n", { mode: 0o600 })],
])("a key that %s stops the apply before any host", async (_what, code, make) => {
  const path = join(fleet.folder, "..", `key-${code.slice(8)}`);
  make(path);
  unsignedClosure(path);
  const answer = await fleet.nixfleet("apply", "--yes");
  expect(answer.code).toBe(3);
  expect(answer.stderr).toContain(`error[${code}]`);
});

test("with the fleet's key: taken", async () => {
  unsignedClosure(lab.signingKey);
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
});
