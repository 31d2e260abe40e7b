/** What can go wrong between a change and its confirmation, on both kinds of host: each time the host ends on what it ran before. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, statusOfHost, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, shape: ["lab-2=nixos"] });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { confirmWithin: "15s" }, "lab-2": { confirmWithin: "15s" } } });
  for (const name of ["lab-1", "lab-2"]) configure(fleet, name, '{ nixfleet.files."/etc/marker".text = "good\\n"; }');
  expect(await fleet.nixfleet("apply", "--yes")).toMatchObject({ code: 0 });
});
afterAll(() => fleet?.remove());

/** Live, and never to be confirmed: a check waits for something that does not come. */
const neverWell = (text: string): string =>
  `{ nixfleet.healthChecks.web.tcp.port = 81; nixfleet.files."/etc/marker".text = "${text}\\n"; }`;

const unitThat = (start: string, stop: string): string => `{ pkgs, ... }: {
  nixfleet.files."/etc/marker".text = "bad\\n";
  nixfleet.systemd.units."fault.service".text = ''
    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=${start}
    ExecStop=${stop}
    [Install]
    WantedBy=multi-user.target
  '';
}`;

/** A program that NixOS has, too. */
const IP = "${pkgs.busybox}/bin/ip";

const marker = (name: string) => onHost(lab, name, "cat /etc/marker");
const isLive = async (name: string, text: string) => (await lab.ssh(name, `grep -qx ${text} /etc/marker`)).code === 0;

describe.each(["lab-1", "lab-2"])("on %s", (name) => {
  test("a host that is rebooted meanwhile boots what was committed", async () => {
    const before = await statusOfHost(fleet, name);
    configure(fleet, name, neverWell("rebooted"));
    const running = fleet.start(["apply", "--yes", "--host", name]);
    await until("the change is live", () => isLive(name, "rebooted"));
    await lab.power(name, "off");
    await lab.power(name, "on");
    expect((await running).exitCode).toBe(5);
    await until("the host is back on what it ran", () => isLive(name, "good"));
    const after = await statusOfHost(fleet, name);
    expect(after).toMatchObject({ system: before.system, committed: before.committed, drift: [], failedUnits: [] });
  });

  test("a host whose CLI is killed goes back alone", async () => {
    const before = await statusOfHost(fleet, name);
    configure(fleet, name, neverWell("killed"));
    const running = fleet.start(["apply", "--yes", "--host", name]);
    await until("the change is live", () => isLive(name, "killed"));
    if (running.pid !== undefined) process.kill(running.pid, "SIGKILL");
    await running;
    await until("the host goes back", async () => (await statusOfHost(fleet, name)).system === before.system);
    expect(await marker(name)).toBe("good");
  });

  test("a host that the change cuts off the network goes back alone, and is told of when it is there again", async () => {
    configure(fleet, name, unitThat(`${IP} link set host0 down`, `${IP} link set host0 up`));
    const { code, events } = await act(fleet, "apply", "--yes", "--host", name);
    expect([code, outcomes(events)]).toEqual([5, `${name} rolled_back`]);
    expect(await marker(name)).toBe("good");
  });
});

test("a host that lets nobody in any more, by a configuration that is valid, goes back at once", async () => {
  const before = await statusOfHost(fleet, "lab-1");
  configure(
    fleet,
    "lab-1",
    '{ nixfleet.files."/etc/ssh/sshd_config.d/10-lock.conf" = { text = "AllowUsers nobody\\n"; restartUnits = [ "ssh.service" ]; }; }',
  );
  const { code, events } = await act(fleet, "apply", "--yes", "--host", "lab-1");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 rolled_back"]);
  expect(JSON.stringify(errorOf(events, "lab-1"))).toContain("transport/authentication");
  const after = await statusOfHost(fleet, "lab-1");
  expect(after).toMatchObject({ system: before.system, committed: before.committed, drift: [] });
});
