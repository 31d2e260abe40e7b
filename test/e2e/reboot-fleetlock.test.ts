/** Slots of a FleetLock server that knows hosts by the ids that Zincati would send. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { type FakeFleetLock, fakeFleetLock } from "../support/fake-fleetlock.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { QUICK, resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let host: HostUnderTest;
let server: FakeFleetLock;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  host = await hostOf(lab, "lab-1");
  server = await fakeFleetLock(1);
  const groups = { web: { hosts: ["lab-1"], osUpdates: { ubuntu: { maxConcurrentReboots: 1 } } } };
  const fleet = { signingKey: lab.signingKey, slots: `fleetlock-machine-id:${server.base}` };
  project = layFleetProject(lab, { inventory: { fleet, groups } });
});
afterAll(async () => {
  project?.remove();
  await server?.close();
});

/** An id of version 4 from HMAC-SHA256 over Zincati's own id, with the machine id as its key. */
function zincatiId(machineId: string): string {
  const zincati = Buffer.from("de35106b6ec24688b63afddaa156679b", "hex");
  const id = createHmac("sha256", Buffer.from(machineId, "hex")).update(zincati).digest().subarray(0, 16);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id.toString("hex");
}

test("a host takes its slot and gives it back by the id that Zincati would send for it", async () => {
  expect(zincatiId("b08dfa6083e7567a1921a715000001fb")).toBe("94c92cab203b4f87b2d8216ef72bea06");
  const id = zincatiId(await host.sh("cat /etc/machine-id"));
  const answer = await project.nixfleet("reboot", "lab-1", "--always", "--yes", "--json", ...QUICK);
  expect(resultsOf(answer), answer.stderr).toEqual({ "lab-1": "changed" });
  const client_params = { id, group: "web" };
  expect(server.requests.map(({ path, body }) => [path, body])).toEqual([
    ["/v1/pre-reboot", { client_params }],
    ["/v1/steady-state", { client_params }],
  ]);
});
