/** The same end state by an Ansible playbook (pipelining, 10 forks) and by NixFleet, on the same ten machines. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { playbookFor } from "./ansible/playbook.ts";
import { costOf } from "./measuring/command.ts";
import { type LabFleet, withLabFleet } from "./measuring/lab-fleet.ts";
import { inTurn, median, ratio, report, time } from "./measuring/rounds.ts";

const HOSTS = 10;
const ROUNDS = Number(process.argv[2] ?? 3);
const program = resolve(import.meta.dirname, "../bin/nixfleet");

requireAnsible();
await withLabFleet(HOSTS, async (fleet) => {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-bench-ansible-"));
  try {
    await compare(fleet, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function compare(fleet: LabFleet, folder: string): Promise<void> {
  const firstApply = await wall(apply(fleet));
  layPlaybook(fleet, folder);
  await fleet.lab.reset();
  const firstPlay = await wall(play(folder));
  const plays = await inTurn({ noop: () => wall(play(folder)) }, ROUNDS);
  // What Ansible left is taken over: its files are no conflict, being equal.
  await fleet.lab.reset();
  await apply(fleet);
  const applies = await inTurn({ noop: () => wall(apply(fleet)) }, ROUNDS);
  const [play0, apply0] = [median(plays.noop), median(applies.noop)];
  report([
    [`${HOSTS} hosts`, "first run", "no-op"],
    [ansibleVersion(), time(firstPlay), time(play0)],
    ["nixfleet apply", time(firstApply), time(apply0)],
    ["ratio", ratio(firstPlay, firstApply), ratio(play0, apply0)],
  ]);
}

async function wall(cost: ReturnType<typeof costOf>): Promise<number> {
  return (await cost).wallMs;
}

function apply({ project }: LabFleet) {
  return costOf([program, "apply", "--yes", "--quiet"], { cwd: project.folder, env: project.env });
}

function play(folder: string) {
  return costOf(["ansible-playbook", "-i", "hosts.ini", "playbook.json"], {
    cwd: folder,
    env: { ANSIBLE_CONFIG: join(folder, "ansible.cfg"), ANSIBLE_HOME: join(folder, "home"), LC_ALL: "C.UTF-8" },
  });
}

/** Everything that a practised user of Ansible does for speed: pipelining, shared connections, no facts that nobody reads. */
function layPlaybook({ lab, project, hosts }: LabFleet, folder: string): void {
  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "hosts.ini"), `[all]\n${hosts.join("\n")}\n`);
  writeFileSync(
    join(folder, "ansible.cfg"),
    `[defaults]
forks = ${HOSTS}
gathering = explicit
interpreter_python = /usr/bin/python3
retry_files_enabled = false
[connection]
pipelining = true
[ssh_connection]
ssh_args = -F ${lab.sshConfig} -o ControlMaster=auto -o ControlPersist=60s
control_path_dir = ${join(folder, "cp")}
`,
  );
  const systems = new Map(hosts.map((host) => [host, systemOf(host, project)]));
  const archive = join(folder, "programs.tar");
  const paths = closureOf([...systems.values()], project);
  execFileSync("tar", ["-cf", archive, "-C", "/", ...paths.map((path) => path.slice(1))]);
  const manifests = hosts.map((host) => JSON.parse(readFileSync(`${systems.get(host)}/manifest.json`, "utf8")));
  writeFileSync(join(folder, "playbook.json"), JSON.stringify(playbookFor(manifests, archive), undefined, 2));
}

/** The closure that the first apply made live; it lies in this machine's store. */
function systemOf(host: string, project: LabFleet["project"]): string {
  const text = execFileSync(program, ["status", host, "--json"], {
    cwd: project.folder,
    env: { ...process.env, ...project.env },
    encoding: "utf8",
  });
  return JSON.parse(text).hosts[0].system;
}

function closureOf(systems: readonly string[], { env }: LabFleet["project"]): string[] {
  const nixStore = `${env.NIXFLEET_NIX}-store`;
  const text = execFileSync(nixStore, ["--query", "--requisites", ...systems], { encoding: "utf8" });
  return text.trim().split("\n");
}

function requireAnsible(): void {
  try {
    ansibleVersion();
  } catch {
    console.error("there is no ansible-playbook here; next: apt-get install ansible");
    process.exit(3);
  }
}

/** "ansible-playbook 2.14.18". */
function ansibleVersion(): string {
  const [first = ""] = execFileSync("ansible-playbook", ["--version"], { encoding: "utf8" }).split("\n");
  return first.replace(/\[core ([\d.]+)\]/, "$1");
}
