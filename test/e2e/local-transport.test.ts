/** `transport: local`: a machine that manages itself, without SSH. The CLI runs on a machine of the lab. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { visitsDuring } from "../support/sshd-journal.ts";
import { onHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const root = resolve(import.meta.dirname, "../..");
/** Where the CLI lies on the machine. */
const there = "/opt/nixfleet";

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab);
  fleet.write(
    "hosts/self.nix",
    '{ pkgs, ... }: { nixfleet.packages = [ pkgs.hello ]; nixfleet.files."/etc/nf-note".text = "mine\\n"; }',
  );
  fleet.write(
    "inventory/lab.yaml",
    stringify({ hosts: { self: { base: "debian", addr: "localhost", transport: "local" } } }),
  );
  fleet.commit();
  await send(root, ["bin", "src", "backends", "lib", "nix", "package.json", ...productionPackages()], there);
  const project = dirname(fleet.folder);
  await send(project, ["fleet", "nixfleet", "nixpkgs"], project);
});
afterAll(async () => {
  fleet?.remove();
  await lab?.reset("lab-1");
});

/** Packages that the CLI needs, with the Node that it pins. */
function productionPackages(): string[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const needed = Object.keys(lock.packages).filter((path) => path !== "" && lock.packages[path].dev !== true);
  return [...needed, "node_modules/node"].filter((path) => existsSync(join(root, path)));
}

async function send(from: string, paths: readonly string[], to: string): Promise<void> {
  const receive = `sudo sh -c 'mkdir -p ${to} && tar -x --no-same-owner -C ${to}'`;
  const tar = spawn("tar", ["-c", "-h", "-C", from, ...paths], { stdio: ["ignore", "pipe", "inherit"] });
  const ssh = spawn("ssh", ["-F", lab.sshConfig, "lab-1", receive], { stdio: [tar.stdout, "inherit", "inherit"] });
  const [code] = await once(ssh, "close");
  if (code !== 0) throw new Error(`${to} was not sent: exit code ${code}`);
}

const nixfleet = async (...words: string[]) =>
  lab.ssh("lab-1", `cd ${fleet.folder} && sudo NIX_CONFIG='substituters =' ${there}/bin/nixfleet ${words.join(" ")}`);

test("plan, apply, status, run and remove work, and sshd hears of none of it", async () => {
  const visits = await visitsDuring(lab, "lab-1", async () => {
    const applied = await nixfleet("apply", "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain("1 changed");
  });
  // Only the login that started the CLI.
  expect(visits.connections).toBe(1);
  expect((await lab.ssh("lab-1", "cat /etc/nf-note; sh -lc hello")).stdout).toBe("mine\nHello, world!");
  expect((await nixfleet("plan", "--detailed-exitcode")).code).toBe(0);
  expect((await nixfleet("run", "--host", "self", "--", "id", "-un")).stdout).toBe("root");
  await onHost(lab, "lab-1", "echo edited >>/etc/nf-note");
  expect((await nixfleet("status")).stdout).toMatch(/self +drifted/);
  expect((await nixfleet("remove", "self", "--yes")).code).toBe(0);
  expect(await onHost(lab, "lab-1", "ls /etc/nf-note 2>/dev/null || echo gone")).toBe("gone");
});
