/** A login that cannot become root, or only with a password. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { onTerminal } from "../support/terminal.ts";
import { act, configure, errorOf, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const PASSWORD = "correct horse";

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  fleet = layFleetProject(lab);
  configure(fleet, "lab-1", '{ nixfleet.files."/etc/nf-note".text = "as root\\n"; }');
  await lab.ssh("lab-1", "sudo chpasswd", `deploy:${PASSWORD}\n`);
  await onHost(lab, "lab-1", "sed -i 's/NOPASSWD://' /etc/sudoers.d/deploy");
});
afterAll(async () => {
  fleet?.remove();
  await lab?.reset("lab-1");
});

test("a wanted password is a clear refusal of that host, with the flag that helps", async () => {
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed, lab-2 changed"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "transport/sudo-needs-password" });
  expect(errorOf(events, "lab-1").next).toContain("--ask-sudo-password");
});

test("without a terminal nobody can be asked", async () => {
  const { code, stderr } = await fleet.nixfleet("apply", "--yes", "--ask-sudo-password");
  expect(code).toBe(3);
  expect(stderr).toContain("error[transport/no-terminal]");
});

test("a wrong password is told as such, and is on no screen", async () => {
  const session = onTerminal(fleet, "run", "--host", "lab-1", "--sudo", "--ask-sudo-password", "--", "id -un");
  await session.answer("sudo password", "wrong guess");
  const { code, screen } = await session.end();
  expect(code).toBe(5);
  expect(screen).toContain("error[transport/sudo-wrong-password]");
  expect(screen).not.toContain("wrong guess");
});

test("with the password everything works: plan, question, copy, activation", async () => {
  const session = onTerminal(fleet, "apply", "--host", "lab-1", "--ask-sudo-password");
  await session.answer("sudo password", PASSWORD);
  await session.answer("Apply this to 1 host? [y/N]", "y");
  const { code, screen } = await session.end();
  expect(code, screen).toBe(0);
  expect(screen).not.toContain(PASSWORD);
  expect((await lab.ssh("lab-1", "cat /etc/nf-note")).stdout).toBe("as root");
  // The password in brackets, so that this search does not find itself in the log of sudo.
  const search = `grep -rl "[${PASSWORD.slice(0, 1)}]${PASSWORD.slice(1)}" /var/log /run /tmp /var/lib/nixfleet || true`;
  const traces = await lab.ssh("lab-1", `sudo -S -p '' sh -c '${search}' 2>/dev/null`, `${PASSWORD}\n`);
  expect(traces).toMatchObject({ code: 0, stdout: "" });
});

test("a host without sudo is told as such", async () => {
  await lab.ssh("lab-1", "sudo -S mv /usr/bin/sudo /usr/bin/sudo.away", `${PASSWORD}\n`);
  const { events } = await act(fleet, "apply", "--yes", "--host", "lab-1");
  expect(errorOf(events, "lab-1").code).toBe("transport/sudo-missing");
});
