/** What somebody changed on a host by hand is found, shown, undone, and kept aside. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, onHost, outcomes, planOf, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const states = () => onHost(lab, "lab-1", "systemctl is-active myapp nginx; systemctl is-enabled myapp nginx");

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { roles: ["base", "nginx", "myapp"] } } });
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
  await onHost(
    lab,
    "lab-1",
    `echo '# by hand' >>/etc/nginx/nginx.conf
     rm /etc/myapp/config.json
     chmod 0600 /etc/motd
     echo '# by hand' >>/etc/systemd/system/disk-report.service
     systemctl stop myapp; systemctl disable nginx 2>/dev/null`,
  );
});
afterAll(() => fleet?.remove());

test("status says what is not as it was left", async () => {
  const host = await statusOfHost(fleet, "lab-1");
  expect(host.drift).toEqual([
    { path: "/etc/motd", kind: "mode" },
    { path: "/etc/myapp/config.json", kind: "missing" },
    { path: "/etc/nginx/nginx.conf", kind: "edited" },
    { path: "disk-report.service", kind: "unit-edited" },
    { path: "myapp.service", kind: "unit-stopped" },
    { path: "nginx.service", kind: "unit-disabled" },
  ]);
  expect(host.health).toContainEqual({ name: "myapp.service", state: "unhealthy", reason: "is inactive" });
  expect(await fleet.nixfleet("status", "--detailed-exitcode")).toMatchObject({ code: 2 });
});

test("the plan marks it as drift, with the difference", async () => {
  const [host] = (await planOf(fleet)).hosts;
  const drift = host?.files.map(({ path, change, drift }) => [path, change, drift]);
  expect(drift).toEqual([
    ["/etc/motd", "modify", "mode"],
    ["/etc/myapp/config.json", "add", "missing"],
    ["/etc/nginx/nginx.conf", "modify", "edited"],
    ["/etc/systemd/system/disk-report.service", "modify", "edited"],
  ]);
  expect(host?.files[2]?.diff).toContain("-# by hand");
  expect(host?.units.map(({ name, action, drift }) => [name, action, drift])).toEqual(
    expect.arrayContaining([
      ["myapp.service", "start", "stopped"],
      ["nginx.service", "enable", "disabled"],
    ]),
  );
});

test("apply restores everything, and keeps the edited copies", async () => {
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed");
  expect(await states()).toBe("active\nactive\nenabled\nenabled");
  expect(await onHost(lab, "lab-1", "stat -c %a /etc/motd; grep -c 'by hand' /etc/nginx/nginx.conf || true")).toBe(
    "644\n0",
  );
  expect(
    await onHost(lab, "lab-1", "cd /var/lib/nixfleet/edited/*; find . -type f | sort; tail -n 1 etc/nginx/nginx.conf"),
  ).toBe("./etc/nginx/nginx.conf\n./etc/systemd/system/disk-report.service\n# by hand");
  expect((await statusOfHost(fleet, "lab-1")).drift).toEqual([]);
  expect(await fleet.nixfleet("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
});
