/** Real machines for tests: one lab for the whole test run, fresh for each file that asks for it. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";

const program = resolve(import.meta.dirname, "../../bin/nixfleet");

// The upper half of the lab's usual addresses and the block after it, so that tests and somebody's own lab do not meet;
// each part has room for 20 machines.
const SUBNETS = [...parts("198.18.0", [128, 160, 192, 224]), ...parts("198.18.1", [0, 32, 64, 96, 128, 160, 192, 224])];

export interface LabWishes {
  readonly hosts: number;
  /** `--shape` and `--sudo` as on the command line: a value, or NAME=VALUE. */
  readonly shape?: readonly string[];
  readonly sudo?: readonly string[];
  /** Names of machines without Nix and without the deploy account; `ssh` then logs in as root. */
  readonly bare?: readonly string[];
  /** `--suite` as on the command line. */
  readonly suite?: readonly string[];
  /** With the package archive. */
  readonly archive?: true;
  /** False to take machines of an earlier test as they are. */
  readonly fresh?: boolean;
}

export interface TestMachine {
  readonly name: string;
  readonly address: string;
  readonly shape: string;
  readonly sudo: string;
  readonly bare: boolean;
  readonly suite: string;
  readonly state: string;
  readonly bootId: string | null;
  readonly pid: number | null;
}

/** What `nixfleet lab list --json` says. */
export interface LabRecord {
  readonly id: string;
  readonly folder: string;
  readonly inventory: string;
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly identityFile: string;
  readonly signingKey: string;
  readonly machines: readonly TestMachine[];
}

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestLab extends LabRecord {
  /** Runs a command on a machine, as the deploy user, in its login shell. */
  ssh(name: string, command: string, input?: string): Promise<Answer>;
  /** The machines as they are now. */
  list(): Promise<LabRecord>;
  /** Back to the image, booted again; all machines for no name. */
  reset(...names: string[]): Promise<void>;
  /** "off" is a power cut; "on" returns when the machine has booted from its disk. */
  power(name: string, to: "on" | "off"): Promise<void>;
  link(name: string, to: "up" | "down"): Promise<void>;
}

/** Most tests want three ordinary machines or fewer, and so share one lab. */
const SHARED_MACHINES = 3;

/** The lab of this test run with these machines, brought up or made fresh as needed; it may have more than were wished for. */
export async function useLab(wishes: LabWishes): Promise<TestLab> {
  const kinds = [wishes.shape, wishes.sudo, wishes.suite];
  const ordinary = kinds.every((kind) => kind === undefined) && wishes.hosts <= SHARED_MACHINES;
  const { hosts } = wishes;
  const shared = await labIn(runFolder(), { ...wishes, ...(ordinary ? { hosts: SHARED_MACHINES, fresh: false } : {}) });
  const lab = { ...shared, machines: shared.machines.slice(0, hosts) };
  if (ordinary && wishes.fresh !== false) await lab.reset(...lab.machines.map(({ name }) => name));
  return lab;
}

/** The same in a state folder of its own, which the caller takes down. */
export async function labIn(folder: string, wishes: LabWishes): Promise<TestLab> {
  const there = await labCommand(["list", "--json", "--state", folder]);
  if (there.code === 0 && suits(JSON.parse(there.stdout), wishes)) {
    const lab = testLab(JSON.parse(there.stdout));
    if (wishes.fresh !== false) await lab.reset();
    return lab;
  }
  await downLab(folder);
  return testLab(await upLab(folder, wishes));
}

/** Leaves no lab in the folder; fails loudly when it cannot. */
export async function downLab(folder: string): Promise<void> {
  succeeded(await labCommand(["down", "--state", folder]));
}

/** Arguments of `nixfleet lab up` for these machines, without `--subnet`. */
export const upArguments = (
  folder: string,
  { hosts, shape = [], sudo = [], bare = [], suite = [], archive }: LabWishes,
): string[] => [
  ...["up", "--install-deps", "--json", "--state", folder, "--hosts", String(hosts)],
  ...shape.flatMap((word) => ["--shape", word]),
  ...sudo.flatMap((word) => ["--sudo", word]),
  ...bare.flatMap((name) => ["--bare", name]),
  ...suite.flatMap((word) => ["--suite", word]),
  ...(archive === true ? ["--archive"] : []),
];

/** Takes the first part of the tests' addresses that nobody else on this machine uses. */
async function upLab(folder: string, wishes: LabWishes): Promise<LabRecord> {
  let answer: Answer | undefined;
  for (const subnet of SUBNETS) {
    answer = await labCommand([...upArguments(folder, wishes), "--subnet", subnet]);
    if (!answer.stderr.includes("error[lab/subnet-in-use]")) break;
  }
  if (answer === undefined) throw new Error("no addresses to try");
  succeeded(answer);
  return JSON.parse(answer.stdout);
}

function suits(
  record: LabRecord,
  { hosts, shape = [], sudo = [], bare = [], suite = [], archive }: LabWishes,
): boolean {
  const value = (words: readonly string[], name: string, standard: string): string =>
    words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ??
    words.findLast((word) => !word.includes("=")) ??
    standard;
  return (
    record.machines.length === hosts &&
    existsSync(join(record.folder, "archive")) === (archive === true) &&
    record.machines.every(
      (machine) =>
        machine.bare === bare.includes(machine.name) &&
        machine.suite === value(suite, machine.name, "trixie") &&
        machine.shape === value(shape, machine.name, "ubuntu") &&
        machine.sudo === value(sudo, machine.name, "nopasswd"),
    )
  );
}

function testLab(record: LabRecord): TestLab {
  const at = ["--state", record.folder];
  const command = async (...words: string[]): Promise<Answer> => succeeded(await labCommand(words));
  return {
    ...record,
    ssh: async (name, text, input = "") =>
      answerOf(await execa("ssh", ["-F", record.sshConfig, name, text], { reject: false, input })),
    list: async () => JSON.parse((await command("list", "--json", ...at)).stdout),
    reset: async (...names) => void (await command("reset", ...at, ...names)),
    power: async (name, to) => void (await command("power", ...at, name, to)),
    link: async (name, to) => void (await command("link", ...at, name, to)),
  };
}

/** Runs `nixfleet lab …` to its end. */
export async function labCommand(words: readonly string[], env: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await execa(program, ["lab", ...words], { reject: false, stdin: "ignore", env }));
}

/** Starts `nixfleet lab …` for tests that interrupt it. */
export const startLabCommand = (words: readonly string[], env: Record<string, string> = {}) =>
  execa(program, ["lab", ...words], { reject: false, stdin: "ignore", env });

/** A state folder of this test run's own, which lab-teardown.ts finds also when the test is killed. */
export const labFolder = (label: string): string => `${runFolder()}-${label}`;

export const TEST_LAB_PREFIX = "nixfleet-test-lab-";

function runFolder(): string {
  const folder = process.env.NIXFLEET_TEST_LAB;
  if (folder === undefined) throw new Error("tests that use the lab run in a vitest project with lab-teardown.ts");
  return folder;
}

function parts(block: string, starts: readonly number[]): string[] {
  return starts.map((start) => `${block}.${start}/27`);
}

interface Outcome {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const answerOf = ({ exitCode, stdout, stderr }: Outcome): Answer => ({
  code: exitCode ?? -1,
  stdout,
  stderr,
});

function succeeded(answer: Answer): Answer {
  if (answer.code !== 0) throw new Error(`nixfleet lab failed with ${answer.code}\n${answer.stderr}`);
  return answer;
}
