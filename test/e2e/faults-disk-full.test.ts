/** Full disks: told before anything is touched where that can be known, and survived where it cannot. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const note = (text: string) => `{ nixfleet.files."/etc/nf-note".text = "${text}\\n"; }`;

/** Puts a small file system, with what is there, over a folder of the machine. */
const smallDisk = (folder: string, size: string) => `
  mkdir -p /small${folder}
  mount -t tmpfs -o size=${size},mode=755 small /small${folder}
  cp -a ${folder}/. /small${folder}/
  mount --bind /small${folder} ${folder}`;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab);
  configure(fleet, "lab-1", note("one"));
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
});
afterAll(async () => {
  fleet?.remove();
  await lab?.reset("lab-1");
});

test("too little room on /nix for any closure is told in the plan", async () => {
  const daemon = "systemctl stop nix-daemon.socket nix-daemon.service";
  await onHost(lab, "lab-1", `${daemon}${smallDisk("/nix", "40M")}; systemctl start nix-daemon.socket`);
  configure(fleet, "lab-1", note("two"));
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "plan/no-space", what: "too little space on /nix" });
  expect(errorOf(events, "lab-1").found).toMatch(/^\d+ MiB free$/);
});

test("a store that fills up during the copy changes nothing, and goes on where there is room again", async () => {
  await onHost(lab, "lab-1", "mount -o remount,size=500M /small/nix");
  const big = '(pkgs.runCommand "big-1.0" { } "mkdir $out; head -c 150000000 /dev/zero >$out/big")';
  configure(fleet, "lab-1", `{ pkgs, ... }: { nixfleet.packages = [ ${big} ]; }`);
  expect(await fleet.nixfleet("plan", "--out", "plan.json")).toMatchObject({ code: 0 });
  // There was room when it was planned.
  await onHost(lab, "lab-1", "mount -o remount,size=120M /small/nix");
  const { code, events } = await act(fleet, "apply", "plan.json", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  expect(errorOf(events, "lab-1").code).toBe("nix/store-full");
  expect(await onHost(lab, "lab-1", "cat /etc/nf-note")).toBe("one");
  await onHost(lab, "lab-1", "mount -o remount,size=500M /small/nix");
  const again = await act(fleet, "apply", "plan.json", "--yes");
  expect([again.code, outcomes(again.events)]).toEqual([0, "lab-1 changed"]);
});

test("a disk that fills up while the host builds its own closure is a failure of the build, and nothing is changed", async () => {
  await onHost(
    lab,
    "lab-1",
    "mount -o remount,size=500M /small/nix; rm -rf /small/tmp; nix-store --gc >/dev/null 2>&1",
  );
  const before = await onHost(lab, "lab-1", "readlink /run/nixfleet/current");
  const free = Number(await onHost(lab, "lab-1", "df --output=avail --block-size=1M /nix | tail -n 1"));
  const big = `(pkgs.runCommand "big-2.0" { } "mkdir $out; head -c ${(free + 50) * 1_048_576} /dev/zero >$out/big")`;
  configure(fleet, "lab-1", `{ pkgs, ... }: { nixfleet.packages = [ ${big} ]; }`);
  const { code, events } = await act(fleet, "apply", "--yes", "--build-on", "target");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  expect(errorOf(events, "lab-1")).toMatchObject({
    code: "nix/store-full",
    next: expect.stringContaining("gc --collect"),
  });
  expect(await onHost(lab, "lab-1", "readlink /run/nixfleet/current")).toBe(before);
});

test("no room for the host's own records is told, the host stays as it is, and the next apply goes through", async () => {
  await onHost(
    lab,
    "lab-1",
    `${smallDisk("/var/lib/nixfleet", "4M")}; fill=/var/lib/nixfleet/fill; cat /dev/zero >$fill || true`,
  );
  configure(fleet, "lab-1", note("three"));
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  expect(errorOf(events, "lab-1").code).toBe("host/storage");
  expect(errorOf(events, "lab-1").found).toContain("/var/lib/nixfleet");
  expect(await onHost(lab, "lab-1", "ls /etc/nf-note 2>/dev/null || echo none")).toBe("none");
  await onHost(lab, "lab-1", "rm /var/lib/nixfleet/fill");
  const again = await act(fleet, "apply", "--yes");
  expect([again.code, outcomes(again.events)]).toEqual([0, "lab-1 changed"]);
  expect(await statusOfHost(fleet, "lab-1")).toMatchObject({ drift: [], lock: null });
});
