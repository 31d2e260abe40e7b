/** Two operators, two machines, one group of hosts: a lease in a real etcd says who of them acts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasEtcd, startEtcd, type TestEtcd } from "../support/etcd.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, eventsIn, onHost, outcomes, summaryOf, until } from "../support/verbs.ts";

describe.runIf(hasEtcd)(`leases in etcd${hasEtcd ? "" : " (skipped: no etcd-server here)"}`, () => {
  let lab: TestLab;
  let etcd: TestEtcd;
  let ann: FleetProject;
  let ben: FleetProject;

  beforeAll(async () => {
    lab = await useLab({ hosts: 2 });
    etcd = await startEtcd();
    const wishes = {
      inventory: {
        fleet: { signingKey: lab.signingKey, leases: `etcd:${etcd.endpoint}` },
        groups: { web: { hosts: ["lab-1", "lab-2"], confirmWithin: "20s" } },
      },
    };
    ann = layFleetProject(lab, wishes);
    ben = layFleetProject(lab, wishes);
    expect(await ann.nixfleet("apply", "--yes", "--group", "all")).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    ann?.remove();
    ben?.remove();
    await etcd?.stop();
  });

  const lastRun = async (fleet: FleetProject): Promise<string> =>
    JSON.parse((await fleet.nixfleet("runs", "list", "--json")).stdout).runs[0].run;

  /** Ann's apply of lab-1, in the middle of its activation. */
  async function annAtWork(version: number, ...words: string[]) {
    configure(ann, "lab-1", gatedModule(version));
    const applying = ann.start(["apply", "--yes", "--json", ...words]);
    await gateReached(lab, "lab-1");
    return { applying };
  }

  test("the second is refused with exit code 8, told who acts and why, and may wait", async () => {
    const { applying } = await annAtWork(1, "--host", "lab-1");
    configure(ben, "lab-2", '{ nixfleet.files."/etc/ben".text = "1"; }');
    const refused = await ben.nixfleet("apply", "--yes", "--host", "lab-2");
    expect(refused).toMatchObject({ code: 8 });
    expect(refused.stderr).toContain("error[lease/held]: another run acts on the group web");
    expect(refused.stderr).toContain(await lastRun(ann));
    expect((await ben.nixfleet("lock", "status")).stdout).toMatch(/group web {2}run \w+ {2}\S+@\S+ {2}apply {2}since/);
    expect(await onHost(lab, "lab-1", "sed -n 2p /run/nixfleet/activation.flock")).toMatch(/^etcd-\d+:web=\d+$/);
    const waiting = ben.start(["apply", "--yes", "--host", "lab-2", "--lock-wait", "5m"]);
    await openGate(lab, "lab-1");
    expect((await applying).exitCode).toBe(0);
    expect((await waiting).exitCode).toBe(0);
    expect(await onHost(lab, "lab-2", "cat /etc/ben")).toBe("1");
  });

  test("an owner that stood still until its lease expired starts nobody any more", async () => {
    configure(ann, "lab-2", '{ nixfleet.files."/etc/ann".text = "late"; }');
    const { applying } = await annAtWork(2, "--group", "web", "--canary", "lab-1");
    process.kill(applying.pid ?? Number.NaN, "SIGSTOP");
    configure(ben, "lab-2", '{ nixfleet.files."/etc/ben".text = "2"; }');
    const taken = await act(ben, "apply", "--yes", "--host", "lab-2", "--lock-wait", "5m");
    expect([taken.code, outcomes(taken.events)]).toEqual([0, "lab-2 changed"]);
    process.kill(applying.pid ?? Number.NaN, "SIGCONT");
    await openGate(lab, "lab-1");
    const { exitCode, stdout } = await applying;
    expect(exitCode).toBe(8);
    const events = await eventsIn(ann, stdout);
    expect(summaryOf(events).hosts.find(({ name }) => name === "lab-2")?.status).not.toBe("changed");
    expect(await onHost(lab, "lab-2", "test ! -e /etc/ann && cat /etc/ben")).toBe("2");
  });

  test("a lease is taken away from a run that is dead for certain, with a reason", async () => {
    const { applying } = await annAtWork(3, "--host", "lab-1");
    process.kill(-(applying.pid ?? Number.NaN), "SIGKILL");
    await applying;
    await openGate(lab, "lab-1");
    const reason = ["--reason", "ann's machine burnt down"];
    expect(await ben.nixfleet("lock", "release", "--lease", "web", ...reason, "--yes")).toMatchObject({ code: 0 });
    await until("the host is back, through the gate once more", async () => {
      await openGate(lab, "lab-1");
      return !(await ben.nixfleet("lock", "status")).stdout.includes("goes on");
    });
    configure(ben, "lab-2", '{ nixfleet.files."/etc/ben".text = "3"; }');
    expect(await ben.nixfleet("apply", "--yes", "--host", "lab-2")).toMatchObject({ code: 0 });
  });
});
