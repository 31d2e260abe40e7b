import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../../..");
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "nixfleet-init-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** The real program; NIXFLEET_NIX names nothing, as on a machine without Nix. */
async function init(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: home, NIXFLEET_NIX: "/nonexistent/nix", GIT_CEILING_DIRECTORIES: home };
  try {
    const options = { env, cwd: home };
    return { code: 0, ...(await promisify(execFile)(join(root, "bin/nixfleet"), ["init", ...args], options)) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

const read = (path: string): string => readFileSync(join(home, "fleet", path), "utf8");

describe("a new project", () => {
  test("has the hosts that were named, in the inventory and with a file each", async () => {
    const { code } = await init("fleet", "--host", "web-1=10.0.1.11", "--host", "db=fd00::5", "--base", "debian");
    expect(code).toBe(0);
    const inventory = parse(read("inventory/prod.yaml"));
    expect(inventory.hosts).toEqual({
      "web-1": { base: "debian", addr: "10.0.1.11" },
      db: { base: "debian", addr: "fd00::5" },
    });
    expect(readdirSync(join(home, "fleet/hosts")).sort()).toEqual(["db.nix", "web-1.nix"]);
    expect(existsSync(join(home, "fleet/.git"))).toBe(true);
  });

  test("is an inventory that nixfleet itself reads without complaint", async () => {
    await init("fleet", "--host", "web-1=10.0.1.11");
    const listed = await promisify(execFile)(join(root, "bin/nixfleet"), ["hosts", "--names"], {
      cwd: join(home, "fleet"),
      env: { PATH: process.env.PATH, HOME: home },
    });
    expect(listed).toMatchObject({ stdout: "web-1\n", stderr: "" });
  });

  test("takes NixFleet from this very checkout, unless another source is named", async () => {
    await init("fleet");
    expect(read("flake.nix")).toMatch(/nixfleet\.url = "(git\+file:\/\/|path:)\/[^"]*";/);
    rmSync(join(home, "fleet"), { recursive: true });
    await init("fleet", "--nixfleet", "git+ssh://git@git.example.org/nixfleet", "--nixpkgs", "path:/srv/nixpkgs");
    expect(read("flake.nix")).toContain('nixfleet.url = "git+ssh://git@git.example.org/nixfleet";');
    expect(read("flake.nix")).toContain('nixpkgs.url = "path:/srv/nixpkgs";');
    expect(read("flake.nix")).toContain('nixfleet.inputs.nixpkgs.follows = "nixpkgs";');
  });

  test("comes with a signing key that only its owner can read, and whose public half the inventory names", async () => {
    const { stdout } = await init("fleet");
    const file = join(home, ".config/nixfleet/signing-key");
    expect(stdout).toContain(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [key] = parse(read("inventory/prod.yaml")).fleet.publicKeys;
    expect(key).toMatch(/^fleet-1:[A-Za-z0-9+/]{43}=$/);
    expect(read("inventory/prod.yaml")).not.toContain(readFileSync(file, "utf8").trim());
  });

  test("keeps the signing key that is there", async () => {
    await init("one");
    const before = readFileSync(join(home, ".config/nixfleet/signing-key"), "utf8");
    await init("fleet");
    expect(readFileSync(join(home, ".config/nixfleet/signing-key"), "utf8")).toBe(before);
    expect(parse(read("inventory/prod.yaml")).fleet.publicKeys[0]).toMatch(/^one-1:/);
  });

  test("says what to type next, also how to lock where there is no Nix", async () => {
    const { stdout } = await init("fleet", "--host", "web-1=10.0.1.11");
    const next = stdout.slice(stdout.indexOf("next\n")).replaceAll(/ +# .*/g, "");
    expect(next.split("\n").map((line) => line.trim())).toEqual([
      "next",
      "cd fleet",
      "apt install nix-bin",
      "nix flake lock && git add flake.lock",
      "nixfleet bootstrap web-1",
      "nixfleet doctor",
      "nixfleet plan",
      "",
    ]);
  });
});

describe("a folder with something in it", () => {
  test("loses nothing: a second time changes no file", async () => {
    await init("fleet", "--host", "web-1=10.0.1.11");
    writeFileSync(join(home, "fleet/modules/base.nix"), "{ }\n");
    rmSync(join(home, "fleet/flake.nix"));
    const { code, stdout } = await init("fleet");
    expect(code).toBe(0);
    expect(stdout).toMatch(/\+ flake\.nix/);
    expect(stdout).toMatch(/modules\/base\.nix {2}was there/);
    expect(read("modules/base.nix")).toBe("{ }\n");
    expect(readdirSync(join(home, "fleet/hosts"))).toEqual(["web-1.nix"]);
  });

  test("takes no further hosts where there is an inventory, and says so before anything is written", async () => {
    await init("fleet");
    rmSync(join(home, "fleet/flake.nix"));
    const { code, stderr } = await init("fleet", "--host", "web-2=10.0.1.12");
    expect(code).toBe(3);
    expect(stderr).toContain("error[init/project-exists]");
    expect(existsSync(join(home, "fleet/flake.nix"))).toBe(false);
  });

  test.each(["web-1", "web_1=10.0.0.1", "web-1=", "web-1=-oProxyCommand=x", "web-1=a b"])(
    "refuses the host %s before anything is written",
    async (word) => {
      const { code, stderr } = await init("fleet", "--host", word);
      expect(code).toBe(3);
      expect(stderr).toContain("error[init/bad-host]");
      expect(existsSync(join(home, "fleet"))).toBe(false);
    },
  );

  test("refuses a source that is neither a flake reference nor a flake", async () => {
    const { code, stderr } = await init("fleet", "--nixfleet", "./nowhere");
    expect(code).toBe(3);
    expect(stderr).toContain("error[init/bad-source]");
  });
});
