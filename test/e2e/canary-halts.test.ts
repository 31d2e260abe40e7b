/** A canary stops the fleet, a host that dies while it soaks does too, and what was not started is as it was. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, planOf, statusOf, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const names = ["lab-1", "lab-2", "lab-3"];

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  const careful = { rollout: "careful", confirmWithin: "12s" };
  fleet = layFleetProject(lab, {
    hosts: { "lab-1": careful, "lab-2": { ...careful, tags: ["canary"] }, "lab-3": careful },
    inventory: { rollouts: { careful: { stages: [1], soak: "8s" } } },
  });
  configureAll('nixfleet.files."/etc/marker".text = "one\\n";');
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed, lab-2 changed, lab-3 changed");
});
afterAll(() => fleet?.remove());

function configureAll(intent: string): void {
  for (const name of names) configure(fleet, name, `{ ${intent} }`);
}
const systems = async () =>
  (await statusOf(fleet)).hosts.map(({ system, committed, drift }) => ({ system, committed, drift }));

test("a canary whose service fails its check goes back, and nobody else is touched", async () => {
  const before = await systems();
  configureAll('nixfleet.healthChecks.web.tcp.port = 81; nixfleet.files."/etc/marker".text = "two\\n";');
  const { rollout } = await planOf(fleet);
  expect(rollout.lanes[0]?.stages).toMatchObject([{ canary: true, hosts: ["lab-2"] }, { canary: false }]);
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([6, "lab-1 not_started, lab-2 rolled_back, lab-3 not_started"]);
  expect(errorOf(events, "lab-2").what).toContain("web: no connection");
  expect(await systems()).toEqual(before);
  for (const name of names) expect(await onHost(lab, name, "cat /etc/marker")).toBe("one");
});

test("once it is corrected the same command goes through", async () => {
  configureAll('nixfleet.healthChecks.web.tcp.port = 22; nixfleet.files."/etc/marker".text = "two\\n";');
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 changed, lab-3 changed"]);
});

test("a canary that turns unhealthy while it soaks goes back, and halts the rollout", async () => {
  const before = await systems();
  configureAll(
    'nixfleet.healthChecks.web.command = "! test -e /run/ill"; nixfleet.files."/etc/marker".text = "three\\n";',
  );
  const running = fleet.start(["apply", "--yes", "--json"]);
  await until(
    "the canary is changed",
    async () =>
      (await lab.ssh("lab-2", "grep -qx three /etc/marker && ! systemctl is-active --quiet 'nixfleet-activate-*'"))
        .code === 0,
  );
  await onHost(lab, "lab-2", "touch /run/ill");
  expect((await running).exitCode).toBe(6);
  await onHost(lab, "lab-2", "rm /run/ill");
  expect(await systems()).toEqual(before);
});

test("a canary that dies while it soaks halts the rollout, and the others stay as they were", async () => {
  const before = await systems();
  configureAll('nixfleet.files."/etc/marker".text = "four\\n";');
  const running = fleet.start(["apply", "--yes", "--json", "--soak", "60s"]);
  await until(
    "the canary is committed",
    async () =>
      (await lab.ssh("lab-2", "grep -qx four /etc/marker && ! systemctl is-active --quiet 'nixfleet-activate-*'"))
        .code === 0,
  );
  await lab.power("lab-2", "off");
  const { exitCode, stdout } = await running;
  expect(exitCode).toBe(6);
  expect(stdout).toContain("turned unhealthy while it soaked");
  await lab.power("lab-2", "on");
  const after = await systems();
  expect([after[0], after[2]]).toEqual([before[0], before[2]]);
});
