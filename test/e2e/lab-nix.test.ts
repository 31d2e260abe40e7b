import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { type Answer, type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let nix: string;
let tunnel: ReturnType<typeof spawn>;
let machine: string;
let folder: string;

const offline = { NIX_CONFIG: "experimental-features = nix-command flakes\nsubstituters =" };
const runNix = async (...words: string[]): Promise<Answer> => {
  const { exitCode, stdout, stderr } = await execa(nix, words, { reject: false, stdin: "ignore", env: offline });
  return { code: exitCode ?? -1, stdout, stderr };
};

/** A path that a builder made, so that its content does not vouch for it as a content-addressed path's would. */
async function buildPath(content: string): Promise<string> {
  const expression = `derivation { name = "lab-test"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo ${content} > $out" ]; }`;
  const built = await runNix("build", "--impure", "--no-link", "--print-out-paths", "--expr", expression);
  expect(built).toMatchObject({ code: 0 });
  return built.stdout;
}

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  nix = findNix(process.env)?.nix ?? "nix";
  folder = await mkdtemp(join(tmpdir(), "lab-nix-"));
  const socket = join(folder, "nix.sock");
  machine = `unix://${socket}`;
  const forward = `${socket}:/nix/var/nix/daemon-socket/socket`;
  tunnel = spawn("ssh", ["-F", lab.sshConfig, "-N", "-L", forward, "lab-1"], { stdio: "ignore" });
  await vi.waitUntil(() => existsSync(socket), { timeout: 30_000 });
});

afterAll(async () => {
  const ended = once(tunnel, "close");
  tunnel.kill();
  await ended;
  await rm(folder, { recursive: true });
});

describe("Nix between this machine and a lab machine", () => {
  test("the daemon does not trust the deploy user, whose settings it ignores", async () => {
    const info = await runNix("store", "info", "--json", "--store", machine);
    // A number or a boolean, by Nix's version.
    expect([0, false]).toContain(JSON.parse(info.stdout).trusted);
  });

  test("a path without the fleet's signature is refused, also when the sender asks for no checks", async () => {
    const path = await buildPath(`unsigned-${lab.id}-${Date.now()}`);
    const copied = await runNix("copy", "--no-check-sigs", "--to", machine, path);
    expect(copied.code).not.toBe(0);
    expect(copied.stderr).toContain("lacks a signature by a trusted key");
    expect((await lab.ssh("lab-1", `test -e ${path}`)).code).toBe(1);
  });

  test("a path that the fleet's key signed is accepted", async () => {
    const path = await buildPath(`signed-${lab.id}-${Date.now()}`);
    await runNix("store", "sign", "--key-file", lab.signingKey, path);
    expect(await runNix("copy", "--to", machine, path)).toMatchObject({ code: 0 });
    expect((await lab.ssh("lab-1", `cat ${path}`)).stdout).toBe(
      await readFile(path, "utf8").then((text) => text.trim()),
    );
  });

  test("a machine builds by itself, in the sandbox", async () => {
    const expression = `derivation { name = "there"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo there > $out" ]; }`;
    const built = await lab.ssh("lab-1", `nix build --impure --no-link --print-out-paths --expr '${expression}'`);
    expect(built.stdout).toMatch(/^\/nix\/store\/[a-z0-9]{32}-there$/);
    expect((await lab.ssh("lab-1", `cat ${built.stdout}`)).stdout).toBe("there");
  });
});
