/** What gates a change: checks of the closure and of the inventory, asked by the host and by the machine that deploys. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, planOf, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject | undefined;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, shape: ["lab-2=nixos"] });
});
afterAll(() => fleet?.remove());

const marker = (text: string): string => `nixfleet.files."/etc/marker".text = "${text}\\n";`;

function lay(name: string, healthChecks: Record<string, unknown>, more: Record<string, unknown> = {}): FleetProject {
  fleet?.remove();
  fleet = layFleetProject(lab, { hosts: { [name]: { healthChecks, confirmWithin: "12s", ...more } } });
  return fleet;
}

describe.each(["lab-1", "lab-2"])("on %s", (name) => {
  test("checks of both kinds pass, the plan names them, and status asks them again", async () => {
    const project = lay(name, {
      ssh: { tcp: 22, from: "deployer" },
      systemd: { unit: "dbus.service" },
      shell: { command: "test -e /etc/marker" },
    });
    configure(
      project,
      name,
      `{ ${marker("one")} nixfleet.healthChecks.port = { tcp.host = "{addr}"; tcp.port = 22; from = "deployer"; }; }`,
    );
    const shown = await project.nixfleet("plan", name);
    expect(shown.stdout).toMatch(/healthy when\n +port +\{addr\} port 22 accepts +asked from here\n/);
    const { code, events } = await act(project, "apply", name, "--yes");
    expect([code, outcomes(events)], JSON.stringify(events.at(-1))).toEqual([0, `${name} changed`]);
    const { health } = await statusOfHost(project, name);
    for (const check of ["ssh", "systemd", "shell", "port"])
      expect(health).toContainEqual({ name: check, state: "healthy" });
  });

  test("one that fails from outside sends the host back, though it is well inside", async () => {
    const project = lay(name, { public: { tcp: 81, from: "deployer", retries: 1 } });
    configure(project, name, `{ ${marker("two")} }`);
    const { code, events } = await act(project, "apply", name, "--yes");
    expect([code, outcomes(events)]).toEqual([5, `${name} rolled_back`]);
    expect(JSON.stringify(errorOf(events, name))).toContain("public: connect ECONNREFUSED");
    expect(await onHost(lab, name, "cat /etc/marker")).toBe("one");
    const { health } = await statusOfHost(project, name);
    expect(health).toContainEqual({
      name: "public",
      state: "unhealthy",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("one that comes late is waited for by its own deadline, and has to hold", async () => {
    const project = lay(name, {
      // Passes from the fourth try on.
      late: { command: "echo x >>/run/tries; test $(wc -l </run/tries) -gt 3", deadline: "60s", minHealthy: "2s" },
    });
    configure(project, name, `{ ${marker("three")} }`);
    const [planned] = (await planOf(project, name)).hosts;
    expect(planned?.steps.at(-1)).toMatchObject({ confirmMs: 75_000 });
    const { events } = await act(project, "apply", name, "--yes");
    expect(outcomes(events)).toBe(`${name} changed`);
    const waited = events
      .filter((event) => event.type === "phase_progress" && event.phase === "health")
      .map(({ msg }) => msg);
    expect(waited).toContainEqual(expect.stringMatching(/^late: exit code 1/));
    expect(waited).toContainEqual(expect.stringMatching(/^late: well for \d s of 2 s$/));
  });
});

test("HTTP is asked on the host also where neither curl nor wget is there", async () => {
  const project = lay(
    "lab-1",
    { web: { http: "http://127.0.0.1:8080/", deadline: "30s" } },
    { roles: ["base", "myapp"] },
  );
  await onHost(lab, "lab-1", "for name in curl wget; do file=$(command -v $name) && mv $file $file.away; done; true");
  const { events } = await act(project, "apply", "lab-1", "--yes");
  expect(outcomes(events)).toBe("lab-1 changed");
  expect((await statusOfHost(project, "lab-1")).health).toContainEqual({ name: "web", state: "healthy" });
  await onHost(lab, "lab-1", "systemctl stop myapp.service");
  expect((await statusOfHost(project, "lab-1")).health).toContainEqual({
    name: "web",
    state: "unhealthy",
    reason: "answered nothing",
  });
});
