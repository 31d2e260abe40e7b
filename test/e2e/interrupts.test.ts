/** Ctrl-C: once finishes what is in flight, twice leaves it to the hosts, thrice just ends. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { activationOver, gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, eventsIn, onHost, outcomes, statusOfHost, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let round = 0;

beforeEach(async () => {
  lab ??= await useLab({ hosts: 2 });
  // Nobody is left to confirm after a second Ctrl-C, and a host that wants that goes back.
  const atOnce = { confirmWithin: "0s" };
  fleet ??= layFleetProject(lab, { hosts: { "lab-1": atOnce, "lab-2": atOnce } });
  round += 1;
  for (const name of ["lab-1", "lab-2"]) configure(fleet, name, gatedModule(round));
});
afterAll(() => fleet?.remove());

/** An apply of one host after the other, with the first in the middle of its activation. */
async function inTheMiddle() {
  const applying = fleet.start(["apply", "--yes", "--json", "--canary", "lab-1", "--parallel", "1"]);
  let seen = "";
  applying.stdout?.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
  });
  await gateReached(lab, "lab-1");
  return {
    async interrupt(signal: NodeJS.Signals = "SIGINT") {
      const before = signalsIn(seen);
      // As a terminal does it: to every process of the group.
      process.kill(-(applying.pid ?? Number.NaN), signal);
      await until("the CLI notices", async () => signalsIn(seen) > before);
    },
    async end() {
      const { exitCode, stdout } = await applying;
      return { code: exitCode, events: await eventsIn(fleet, stdout) };
    },
  };
}

const signalsIn = (ndjson: string): number => ndjson.split('"type":"signal"').length - 1;
const gated = (name: string) => onHost(lab, name, "cat /etc/gated 2>/dev/null || echo none");

test("once: the host in flight is finished, the next is not started", async () => {
  const apply = await inTheMiddle();
  await apply.interrupt();
  await openGate(lab, "lab-1");
  const { code, events } = await apply.end();
  expect([code, outcomes(events)]).toEqual([130, "lab-1 changed, lab-2 not_started"]);
  expect([await gated("lab-1"), await gated("lab-2")]).toEqual(["version 1", "none"]);
  expect((await statusOfHost(fleet, "lab-1")).lock).toBeNull();
});

test("twice: the CLI leaves, and the host finishes by itself", async () => {
  const apply = await inTheMiddle();
  await apply.interrupt();
  await apply.interrupt();
  const { code, events } = await apply.end();
  expect([code, outcomes(events)]).toEqual([130, "lab-1 unknown, lab-2 not_started"]);
  expect(errorOf(events, "lab-1").code).toBe("transport/aborted");
  await openGate(lab, "lab-1");
  await activationOver(lab, "lab-1");
  expect(await gated("lab-1")).toBe("version 2");
  // Nothing is left over: the next apply finds the first host done.
  await openGate(lab, "lab-2");
  const again = await act(fleet, "apply", "--yes");
  expect([again.code, outcomes(again.events)]).toEqual([0, "lab-1 unchanged, lab-2 changed"]);
});

test("SIGTERM, as services and CI jobs get it, is told apart by its exit code", async () => {
  const apply = await inTheMiddle();
  await apply.interrupt("SIGTERM");
  await openGate(lab, "lab-1");
  const { code, events } = await apply.end();
  expect([code, outcomes(events)]).toEqual([143, "lab-1 changed, lab-2 not_started"]);
});
