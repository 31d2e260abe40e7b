import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { confirmWithin: "15s" }, "lab-2": { confirmWithin: "15s" } } });
  expect(await fleet.nixfleet("apply", "--yes", "--host", "lab-1", "--host", "lab-2")).toMatchObject({ code: 0 });
});

afterAll(() => fleet?.remove());

const describeHost = async (name: string) =>
  JSON.parse((await fleet.nixfleet("status", "--host", name, "--json")).stdout).hosts[0];

function configure(name: string, module: string): void {
  fleet.write(`hosts/${name}.nix`, module);
  fleet.commit();
}

const marker = (text: string): string => `{ nixfleet.files."/etc/marker".text = "${text}\\n"; }\n`;

/** Keeps the CLI waiting for health until something happens to it. */
const neverWell = (text: string): string =>
  `{ nixfleet.healthChecks.web.tcp.port = 81; nixfleet.files."/etc/marker".text = "${text}\\n"; }\n`;

describe("a change that is live is committed only when it is confirmed", () => {
  test("over exactly one further connection, when the host is well", async () => {
    const before = await connections("lab-1");
    configure("lab-1", marker("one"));
    const applied = await fleet.nixfleet("apply", "--yes", "--host", "lab-1");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect((await connections("lab-1")) - before).toBe(2);
    const status = await describeHost("lab-1");
    expect(status.committed).toBe(status.system);
  });

  test("and a host whose network the change cuts goes back by itself", async () => {
    const before = await describeHost("lab-1");
    configure(
      "lab-1",
      `{ nixfleet.systemd.units."cut.service".text = ''
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/sbin/ip link set host0 down
        ExecStop=/usr/sbin/ip link set host0 up
        [Install]
        WantedBy=multi-user.target
      ''; }\n`,
    );
    const applied = await fleet.nixfleet("apply", "--yes", "--host", "lab-1");
    expect(applied, applied.stderr).toMatchObject({ code: 5 });
    expect(applied.stderr + applied.stdout).toContain("rolled back");
    const after = await describeHost("lab-1");
    expect(after).toMatchObject({ system: before.system, committed: before.committed, drift: [] });
  });

  test("and a host with a failing health check is sent back, with the reason", async () => {
    const before = await describeHost("lab-2");
    configure("lab-2", '{ nixfleet.healthChecks.web.tcp.port = 81; nixfleet.files."/etc/marker".text = "two\\n"; }\n');
    const applied = await fleet.nixfleet("apply", "--yes", "--host", "lab-2");
    expect(applied, applied.stderr).toMatchObject({ code: 5 });
    expect(applied.stderr + applied.stdout).toContain("web: no connection");
    expect(await describeHost("lab-2")).toMatchObject({ system: before.system, committed: before.committed });
    expect((await lab.ssh("lab-2", "cat /etc/marker")).code).not.toBe(0);
  });

  test("and a host goes back when the CLI dies before it confirms", async () => {
    const before = await describeHost("lab-2");
    configure("lab-2", neverWell("three"));
    const running = fleet.start(["apply", "--yes", "--host", "lab-2"]);
    await until(async () => (await lab.ssh("lab-2", "test -e /etc/marker")).code === 0);
    if (running.pid !== undefined) process.kill(running.pid, "SIGKILL");
    await running;
    await until(async () => (await describeHost("lab-2")).system === before.system);
    await until(async () => (await lab.ssh("lab-2", "cat /etc/marker")).code !== 0);
  });

  test("and a host that is rebooted before boots what was committed", async () => {
    const before = await describeHost("lab-2");
    configure("lab-2", neverWell("four"));
    const running = fleet.start(["apply", "--yes", "--host", "lab-2"]);
    await until(async () => (await lab.ssh("lab-2", "test -e /etc/marker")).code === 0);
    await lab.power("lab-2", "off");
    await lab.power("lab-2", "on");
    const { exitCode } = await running;
    expect(exitCode).toBe(5);
    await until(async () => (await lab.ssh("lab-2", "test -e /etc/marker")).code !== 0);
    const after = await describeHost("lab-2");
    expect(after).toMatchObject({ system: before.system, committed: before.committed, drift: [], failedUnits: [] });
    expect((await lab.ssh("lab-2", "systemctl cat nixfleet-recover.service")).code).not.toBe(0);
  });
});

test("`confirmWithin: 0s` commits at once", async () => {
  const quick = layFleetProject(lab, { hosts: { "lab-3": { confirmWithin: "0s" } } });
  try {
    const before = await connections("lab-3");
    expect(await quick.nixfleet("apply", "--yes", "--host", "lab-3")).toMatchObject({ code: 0 });
    expect((await connections("lab-3")) - before).toBe(1);
  } finally {
    quick.remove();
  }
});

/** How often anybody but this counting logged in. */
async function connections(name: string): Promise<number> {
  const counted = await lab.ssh(
    name,
    "sudo journalctl --quiet --output=cat -t sshd-session -t sshd | grep -c 'Accepted publickey for deploy'",
  );
  const own = counts.get(name) ?? 0;
  counts.set(name, own + 1);
  return Number(counted.stdout) - own - 1;
}
const counts = new Map<string, number>();

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("it did not come about within a minute");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
