/** The connection goes away in the middle of an activation: the CLI comes back to it, and misses nothing. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { configure, eventsIn, onHost, outcomes, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let round = 0;

beforeEach(async () => {
  lab ??= await useLab({ hosts: 2 });
  fleet ??= layFleetProject(lab);
  round += 1;
  for (const name of ["lab-1", "lab-2"]) configure(fleet, name, gatedModule(round));
  await openGate(lab, "lab-2");
});
afterAll(() => fleet?.remove());

async function applyWhile(trouble: (noticed: () => Promise<void>) => Promise<void>) {
  // A short keepalive, so that a silent network is noticed soon.
  fleet.write("ssh-config", "Host *\n  ServerAliveInterval 1\n  ServerAliveCountMax 2\n  ConnectTimeout 2\n");
  const applying = fleet.start(["apply", "--yes", "--json", "--ssh-config", "ssh-config"]);
  let seen = "";
  applying.stdout?.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
  });
  await gateReached(lab, "lab-1");
  await trouble(() => until("the loss is noticed", async () => seen.includes('"type":"diagnostic"')));
  await openGate(lab, "lab-1");
  const { exitCode, stdout } = await applying;
  return { code: exitCode, events: await eventsIn(fleet, stdout) };
}

const logOf = (events: Awaited<ReturnType<typeof applyWhile>>["events"], host: string): string[] =>
  events.flatMap((event) => (event.type === "log" && event.host === host ? [event.msg] : []));

test("sshd's session is killed", async () => {
  const { code, events } = await applyWhile(async (noticed) => {
    await lab.ssh("lab-1", "sudo pkill -KILL -f 'sshd-session: deploy'");
    await noticed();
  });
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
  const warning = events.find((event) => event.type === "diagnostic");
  expect(warning).toMatchObject({ level: "warn", host: "lab-1" });
  expect(warning?.msg).toContain("goes on");
  // Each line of the activation's log once, as on the host that was not cut off.
  expect(logOf(events, "lab-1").filter((line) => line === "commit")).toHaveLength(1);
  expect(logOf(events, "lab-1").map(withoutPaths)).toEqual(logOf(events, "lab-2").map(withoutPaths));
});

test("the network is gone for a while", async () => {
  const { code, events } = await applyWhile(async (noticed) => {
    await lab.link("lab-1", "down");
    await noticed();
    await lab.link("lab-1", "up");
  });
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
  expect(await onHost(lab, "lab-1", "cat /etc/gated")).toBe(`version ${round}`);
});

const withoutPaths = (line: string): string => line.replaceAll(/\/nix\/store\/\S+/g, "PATH");
