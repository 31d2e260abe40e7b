/** Of many units only those are restarted whose unit file or configuration changed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes, planOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { roles: ["base", "nginx", "myapp"] } } });
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
});
afterAll(() => fleet?.remove());

const started = async () =>
  Object.fromEntries(
    await Promise.all(
      ["myapp", "nginx", "systemd-journald"].map(
        async (unit) => [unit, await onHost(lab, "lab-1", `systemctl show -P InvocationID ${unit}`)] as const,
      ),
    ),
  );

test("the example application is up and answers through nginx", async () => {
  expect(await onHost(lab, "lab-1", "curl -fsS http://127.0.0.1/")).toBe("<h1>Hello from lab-1</h1>");
});

test("a changed configuration restarts the unit that uses it, and serves the new content", async () => {
  const before = await started();
  const inventory = fleet.read("inventory/lab.yaml");
  fleet.write(
    "inventory/lab.yaml",
    inventory.replace("  lab-1:\n", "  lab-1:\n    vars: { greeting: Good morning }\n"),
  );
  fleet.commit();
  const [planned] = (await planOf(fleet)).hosts;
  expect(planned?.units).toEqual([
    { name: "myapp.service", action: "restart", because: "uses /etc/myapp/config.json" },
  ]);
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
  const after = await started();
  expect(Object.keys(after).filter((unit) => after[unit] !== before[unit])).toEqual(["myapp"]);
  expect(await onHost(lab, "lab-1", "curl -fsS http://127.0.0.1/")).toBe("<h1>Good morning</h1>");
});

test("a new package restarts nothing", async () => {
  const before = await started();
  configure(
    fleet,
    "lab-1",
    '{ pkgs, ... }: { nixfleet.packages = [ (pkgs.writeShellScriptBin "newcomer" "echo here") ]; }',
  );
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
  expect(await started()).toEqual(before);
  expect((await lab.ssh("lab-1", "sh -lc newcomer")).stdout).toBe("here");
});
