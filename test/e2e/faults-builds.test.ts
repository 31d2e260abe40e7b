/** Trouble while closures are built and copied: daemons that go away in the middle, logs that try to steer the terminal. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let count = 0;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab);
});
afterAll(() => fleet?.remove());

/** A package that no host has, large enough to be caught on its way. */
function configureBig(name: string): void {
  count += 1;
  const version = `${process.pid}.${count}.${Date.now()}`;
  const script = `mkdir $out; head -c 150000000 /dev/zero >$out/big; echo ${version} >$out/version`;
  configure(
    fleet,
    "lab-1",
    `{ pkgs, ... }: { nixfleet.packages = [ (pkgs.runCommand "${name}-${version}" { } "${script}") ]; }`,
  );
}

/** A unit on the machine that kills the daemon with all its workers whenever the package begins to arrive, up to so often. */
async function killDaemonOnArrival(name: string, times: number): Promise<void> {
  const script = `
    kills=0
    while [ $kills -lt ${times} ]; do
      sleep 0.02
      for path in /nix/store/*-${name}-[0-9]*; do
        case $path in *.lock) continue ;; esac
        [ -e $path ] || continue
        systemctl kill --kill-whom=all --signal=KILL nix-daemon.service && kills=$((kills + 1)) && echo $kills >/run/killed
        rm -rf $path
      done
    done`;
  await onHost(
    lab,
    "lab-1",
    `systemctl stop nf-killer.service 2>/dev/null; systemctl reset-failed; rm -f /run/killed
    systemd-run --quiet --unit nf-killer sh -c '${script}'`,
  );
}

const kills = async (): Promise<number> => Number(await onHost(lab, "lab-1", "cat /run/killed 2>/dev/null || echo 0"));

test("a daemon that dies in the middle of a copy is met again, and the copy comes to its end", async () => {
  configureBig("caught-once");
  await killDaemonOnArrival("caught-once", 1);
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events), await kills()]).toEqual([0, "lab-1 changed", 1]);
});

test("an early copy that fails is no failure of the host: its turn comes, and with it another copy", async () => {
  configureBig("caught-early");
  await killDaemonOnArrival("caught-early", 2);
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events), await kills()]).toEqual([0, "lab-1 changed", 2]);
  const copies = events.filter((event) => event.type === "phase_end" && event.phase === "copy");
  expect(copies).toMatchObject([
    { early: true, status: "failed", level: "warn", error: { code: "nix/daemon-lost" } },
    { status: "ok" },
  ]);
});

test("a daemon that dies again ends the copy with a word on where to look, and the next apply goes through", async () => {
  configureBig("caught-twice");
  expect((await fleet.nixfleet("plan", "--out", "plan.json")).code).toBe(0);
  await killDaemonOnArrival("caught-twice", 2);
  const { code, events } = await act(fleet, "apply", "plan.json");
  expect([code, outcomes(events), await kills()]).toEqual([5, "lab-1 failed", 2]);
  expect(errorOf(events, "lab-1")).toMatchObject({
    code: "nix/daemon-lost",
    next: expect.stringContaining("journalctl -u nix-daemon"),
  });
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
});

test.each(["local", "target"])("a build log on %s cannot steer the terminal", async (place) => {
  const log = "printf '\\\\033]0;owned\\\\007\\\\033[2J\\\\rdone\\\\n'; exit 3";
  configure(
    fleet,
    "lab-1",
    `{ pkgs, ... }: { nixfleet.packages = [ (pkgs.runCommand "rude-${process.pid}-${place}" { } "${log}") ]; }`,
  );
  const { code, stderr } = await fleet.nixfleet("build", "lab-1", "--build-on", place, "-v");
  expect(code).toBe(5);
  expect(stderr).toContain(`error[nix/build-failed]: lab-1: rude-${process.pid}-${place} does not build`);
  expect(stderr).toContain("owned");
  expect([...stderr].filter((character) => character < " " && character !== "\n")).toEqual([]);
});
