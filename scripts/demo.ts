/**
 * The demo: a lab with the example fleet's three hosts, a first apply, a change, drift, a rollback, all for real. Leaves the
 * lab up to play with, unless it is called with --down.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { findNix } from "../src/effects/lab/nix-outside.ts";
import { flakeText } from "../test/support/fleet-project.ts";

const root = resolve(import.meta.dirname, "..");
const program = join(root, "bin/nixfleet");
const top = join(homedir(), "nixfleet-demo");
const fleet = join(top, "fleet");
/** What opens the demo's secrets. */
const identityFile = join(top, "identity");

await demo();

async function demo(): Promise<void> {
  say("Three throw-away machines, one for each host of the example fleet:");
  nixfleetIn(root, "lab", "up", "--like", "prod", "--install-deps");
  await layFleet();
  say(
    "The web application has a password that nobody ever typed; it is encrypted to the keys in secrets/recipients.yaml:",
  );
  nixfleet("secrets", "generate");
  commit("the application's password");
  say("What would happen to them?");
  nixfleet("plan", "--lab", "--diff", "none");
  say("So be it. From here on every command is what you would type in", fleet);
  nixfleet("apply", "--lab", "--yes", "--quiet");
  await visit();

  say("A new password. It travels over the hosts' own connections; just the unit that reads it restarts:");
  nixfleet("secrets", "generate", "--rotate", "myapp-admin");
  commit("rotate the application's password");
  nixfleet("apply", "--lab", "--yes");

  say("A change: another greeting for the web servers, in inventory/prod.yaml. One file changes, one unit restarts:");
  edit("inventory/prod.yaml", (text) =>
    text.replace("vars: { adminPage: true }", 'vars: { adminPage: true, greeting: "Hello from the whole fleet" }'),
  );
  nixfleet("apply", "--lab", "--yes");
  await visit();

  say("Somebody edits a managed file by hand, behind our back:");
  nixfleet("run", "--lab", "--host", "web-1", "--sudo", "--", "echo 'just a quick fix' >> /etc/motd");
  nixfleet("status", "--lab");
  say("The next apply puts it back, and keeps the edited copy aside:");
  nixfleet("apply", "--lab", "--yes");

  say("And back to the generation before:");
  nixfleet("rollback", "--lab", "--group", "web", "--yes", "--diff", "none");
  await visit();
  nixfleet("status", "--lab");
  finish();
}

/** The example fleet as a repo of its own, locked to what lies on this machine. */
async function layFleet(): Promise<void> {
  const identity = await generateX25519Identity();
  if (existsSync(top) && !existsSync(join(top, ".nixfleet-demo")))
    throw new Error(`${top} is there and not from a demo`);
  rmSync(top, { recursive: true, force: true });
  mkdirSync(fleet, { recursive: true });
  writeFileSync(join(top, ".nixfleet-demo"), "");
  for (const part of ["hosts", "modules", "inventory"])
    cpSync(join(root, part), join(fleet, part), { recursive: true });
  const inventory = join(fleet, "inventory/prod.yaml");
  // Nobody wants to watch a canary soak for two minutes.
  writeFileSync(inventory, readFileSync(inventory, "utf8").replace("soak: 2m", "soak: 3s"));
  writeFileSync(join(fleet, "flake.nix"), flakeText(top));
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 });
  mkdirSync(join(fleet, "secrets"));
  writeFileSync(join(fleet, "secrets/recipients.yaml"), `people:\n  you: ${await identityToRecipient(identity)}\n`);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  const nix = findNix(process.env);
  if (nix === undefined) throw new Error("the lab brought no Nix along");
  execFileSync(nix.nix, ["flake", "lock", "--extra-experimental-features", "nix-command flakes"], {
    cwd: fleet,
    stdio: ["ignore", "ignore", "pipe"],
  });
  commit("the example fleet");
}

function edit(path: string, change: (text: string) => string): void {
  const file = join(fleet, path);
  const before = readFileSync(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${path}`);
  writeFileSync(file, after);
  commit(`change ${path}`);
}

function commit(message: string): void {
  git("add", "--all");
  git("commit", "--quiet", `--message=${message}`);
}

function git(...args: string[]): void {
  execFileSync("git", ["-C", fleet, "-c", "user.name=Demo", "-c", "user.email=demo@localhost", ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function nixfleet(...args: string[]): void {
  nixfleetIn(fleet, ...args);
}

function nixfleetIn(cwd: string, ...args: string[]): void {
  const shown = args.map((arg) => (/^[\w./:=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(" ");
  process.stdout.write(`\n$ nixfleet ${shown}\n`);
  const { status } = spawnSync(program, args, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, NIXFLEET_IDENTITY: identityFile },
  });
  if (status !== 0) throw new Error(`nixfleet ${args[0]} ended with ${status}`);
}

/** Asks the web server of web-1, as its users would, until it answers. */
async function visit(): Promise<void> {
  const machines = JSON.parse(execFileSync(program, ["lab", "list", "--json"], { encoding: "utf8" })).machines;
  const address = machines.find((machine: { name: string }) => machine.name === "web-1").address;
  process.stdout.write(`\n$ curl http://web-1/\n`);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const answer = await fetch(`http://${address}/`).catch(() => undefined);
    if (answer?.ok === true) return void process.stdout.write(await answer.text());
    await pause(200);
  }
  throw new Error("web-1 does not answer");
}

function say(...words: string[]): void {
  process.stdout.write(
    `\n\x1b[1m${words.join(" ")}\x1b[0m\n`.replaceAll(process.stdout.isTTY ? /$^/g : /\x1b\[\d+m/g, ""),
  );
}

function finish(): void {
  if (process.argv.includes("--down")) {
    nixfleetIn(root, "lab", "down");
    rmSync(top, { recursive: true, force: true });
    return;
  }
  say("The machines are still up. What to try next:");
  process.stdout.write(`
  cd ${fleet}                            the fleet: inventory/, hosts/, modules/
  export NIXFLEET_IDENTITY=${identityFile}   what opens the secrets
  nixfleet secrets show myapp-admin         the password of http://web-1/admin/
  nixfleet status --lab                     what runs where
  nixfleet run --lab --group all -- uptime  one command, equal answers together
  nixfleet plan --lab --out plan.json       then: nixfleet apply --lab plan.json
  nixfleet lab ssh web-1                    look around on a machine
  nixfleet lab power db-1 off               and see what status and apply say
  nixfleet lab down                         take it all away

nixfleet is ${program}
`);
}
