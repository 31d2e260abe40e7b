/** A host that cannot take closures: its Nix daemon is down, or the login may not talk to it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  fleet = layFleetProject(lab);
  for (const name of ["lab-1", "lab-2"]) configure(fleet, name, '{ nixfleet.files."/etc/nf-note".text = "one\\n"; }');
});
afterAll(() => fleet?.remove());

test("a daemon that does not run is told before anything is copied, with the command that starts it", async () => {
  await onHost(lab, "lab-1", "systemctl stop nix-daemon.socket nix-daemon.service");
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed, lab-2 changed"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "plan/nix-daemon-down" });
  expect(errorOf(events, "lab-1").next).toContain("systemctl enable --now nix-daemon.socket");
  expect(events.some((event) => event.type === "phase_start" && event.phase === "copy" && event.host === "lab-1")).toBe(
    false,
  );
  await onHost(lab, "lab-1", "systemctl start nix-daemon.socket");
});

test("what a host has already needs no daemon: removing works", async () => {
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed, lab-2 unchanged");
  await onHost(lab, "lab-1", "systemctl stop nix-daemon.socket nix-daemon.service");
  const { code, events } = await act(fleet, "rollback", "lab-1", "--to", "0", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  await onHost(lab, "lab-1", "systemctl start nix-daemon.socket");
});

test("a login that may not use the daemon's socket is told what to allow", async () => {
  await onHost(lab, "lab-1", "gpasswd --delete deploy nix-users");
  const { code, events } = await act(fleet, "apply", "--yes", "--host", "lab-1");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  const error = errorOf(events, "lab-1");
  expect(error.code).toBe("nix/daemon-denied");
  expect(error.next).toContain("nix-users");
  await onHost(lab, "lab-1", "gpasswd --add deploy nix-users");
});
