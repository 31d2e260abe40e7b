/** A user's repo for the machines of a lab: the example fleet's modules, a flake locked to local sources, an inventory. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import type { Answer, LabRecord, TestMachine } from "./lab.ts";
import { prepareNixpkgs } from "./nixpkgs/prepare.ts";

const root = resolve(import.meta.dirname, "../..");
const program = join(root, "bin/nixfleet");

export interface FleetProject {
  readonly folder: string;
  /** Path of the CLI. */
  readonly program: string;
  /** Environment of the CLI: state, caches and runtime folders of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the CLI to its end, standard input empty. */
  nixfleet(...words: string[]): Promise<Answer>;
  /** Starts the CLI in a process group of its own, for tests that interrupt it. */
  start(words: readonly string[]): ReturnType<typeof startProgram>;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Commits everything, so that the tree is clean. */
  commit(): void;
  remove(): void;
}

export interface ProjectWishes {
  /** Per machine, by its name: anything a host may have in an inventory. */
  readonly hosts?: Readonly<Record<string, Record<string, unknown>>>;
  /** Everything else of the inventory, such as tasks and groups. */
  readonly inventory?: Record<string, unknown>;
  /** Text of hosts/NAME.nix by machine; an empty module otherwise. */
  readonly hostFiles?: Readonly<Record<string, string>>;
  /** Path of the Nix that the CLI uses; the tests' own otherwise. */
  readonly nix?: string;
  /** Lines of nix.conf for the machine of the CLI. */
  readonly nixSettings?: readonly string[];
}

export function layFleetProject(lab: LabRecord, wishes: ProjectWishes = {}): FleetProject {
  const top = mkdtempSync(join(tmpdir(), "nixfleet-project-"));
  const folder = join(top, "fleet");
  mkdirSync(join(folder, "hosts"), { recursive: true });
  mkdirSync(join(folder, "inventory"));
  cpSync(join(root, "modules"), join(folder, "modules"), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  for (const { name } of lab.machines) write(`hosts/${name}.nix`, wishes.hostFiles?.[name] ?? "{ }\n");
  write("inventory/lab.yaml", inventoryText(lab, wishes));
  write("flake.nix", flakeText(top));
  const env = environment(top, wishes);
  const git = (...args: string[]): void => {
    execFileSync("git", ["-C", folder, "-c", "user.name=Operator", "-c", "user.email=operator@localhost", ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  };
  const commit = (): void => {
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message=change the fleet");
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  execFileSync(env.NIXFLEET_NIX ?? "nix", ["flake", "lock", "--extra-experimental-features", "nix-command flakes"], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  commit();
  const options = { cwd: folder, env, extendEnv: false, reject: false, stdin: "ignore", cleanup: false } as const;
  return {
    folder,
    program,
    env,
    nixfleet: async (...args) => {
      const { exitCode, stdout, stderr } = await execa(program, args, options);
      return { code: exitCode ?? -1, stdout, stderr };
    },
    start: (args) => startProgram(args, folder, env),
    write,
    read: (path) => readFileSync(resolve(folder, path), "utf8"),
    commit,
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

/** In a process group of its own, as a shell would start it. */
const startProgram = (args: readonly string[], cwd: string, env: Record<string, string>) =>
  execa(program, args, { cwd, env, extendEnv: false, reject: false, stdin: "ignore", cleanup: false, detached: true });

function environment(top: string, { nix: wished, nixSettings = [] }: ProjectWishes): Record<string, string> {
  for (const part of ["state", "cache", "config", "run"]) mkdirSync(join(top, part), { mode: 0o700 });
  const nix = wished ?? findNix(process.env)?.nix;
  if (nix === undefined) throw new Error("no Nix: neither on PATH nor from a lab's image");
  const kept = ["PATH", "HOME", "LANG"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    NIXFLEET_NIX: nix,
    XDG_STATE_HOME: join(top, "state"),
    XDG_CACHE_HOME: join(top, "cache"),
    XDG_CONFIG_HOME: join(top, "config"),
    XDG_RUNTIME_DIR: join(top, "run"),
    NIX_CONFIG: ["substituters =", ...nixSettings].join("\n"),
  };
}

/**
 * Text of a fleet's flake.nix that needs no network: NixFleet's own flake without what a working copy has besides, and the
 * stand-in nixpkgs, both laid into folders below `top`.
 */
export function flakeText(top: string): string {
  const own = join(top, "nixfleet");
  for (const part of ["flake.nix", "lib", "modules", "backends", "nix", "templates"]) {
    cpSync(join(root, part), join(own, part), { recursive: true });
  }
  const nixpkgs = prepareNixpkgs(join(top, "nixpkgs"));
  return `{
  inputs.nixpkgs.url = "path:${nixpkgs}";
  inputs.nixfleet = { url = "path:${own}"; inputs.nixpkgs.follows = "nixpkgs"; };
  outputs = inputs: inputs.nixfleet.lib.mkFleet { inherit inputs; root = ./.; };
}
`;
}

function inventoryText(lab: LabRecord, { hosts = {}, inventory = {} }: ProjectWishes): string {
  const keys = hostKeys(lab.knownHosts);
  const entry = ({ name, address, shape }: TestMachine) => ({
    base: shape,
    addr: address,
    hostKeys: keys.get(address) ?? [],
    ...hosts[name],
  });
  return stringify({
    fleet: { signingKey: lab.signingKey },
    defaults: { user: "deploy", identityFile: lab.identityFile, system: "x86_64-linux" },
    hosts: Object.fromEntries(lab.machines.map((machine) => [machine.name, entry(machine)])),
    ...inventory,
  });
}

function hostKeys(knownHosts: string): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(knownHosts, "utf8").split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [names = "", ...key] = line.split(" ");
      return names.split(",").map((name) => [name, [key.join(" ")]] as const);
    }),
  );
}
