import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "../../..");
let home: string;
let fleet: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "nixfleet-commands-"));
  fleet = join(home, "fleet");
  for (const [folder, names] of [
    ["hosts", ["web-1", "web-2", "db-1"]],
    ["modules", ["base", "users", "nginx", "myapp"]],
  ] as const) {
    mkdirSync(join(fleet, folder), { recursive: true });
    for (const name of names) writeFileSync(join(fleet, folder, `${name}.nix`), "{ }\n");
  }
  cpSync(join(repository, "inventory/prod.yaml"), join(fleet, "inventory/prod.yaml"));
});
afterAll(() => rmSync(home, { recursive: true }));

/** Runs the real program in the example fleet. */
function nixfleet(args: readonly string[], env: Record<string, string> = {}) {
  const clean = { PATH: process.env.PATH ?? "", HOME: home, LANG: "C.UTF-8", ...env };
  const { stdout, stderr, status } = spawnSync(join(repository, "bin/nixfleet"), args, {
    cwd: fleet,
    env: clean,
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

describe("nixfleet inventory", () => {
  test("list shows every host in columns", () => {
    expect(nixfleet(["inventory", "list"])).toEqual({
      status: 0,
      stderr: "",
      stdout: `\
HOST   BASE    ADDRESS    GROUPS  ROLES                   TAGS
web-1  ubuntu  10.0.1.11  web     base,users,nginx,myapp  prod,eu,canary
web-2  ubuntu  10.0.1.12  web     base,users,nginx,myapp  prod,eu
db-1   ubuntu  10.0.2.21  db      base,users              prod,eu

3 hosts, 2 groups   prod (inventory/prod.yaml)
`,
    });
  });

  test("list --json is one document with hosts, groups, rollouts and tasks", () => {
    const record = JSON.parse(nixfleet(["inventory", "list", "--json"]).stdout);
    expect(record).toMatchObject({
      schema: "nixfleet.inventory/1",
      environment: "prod",
      hosts: [{ name: "web-1" }, { name: "web-2" }, { name: "db-1" }],
      groups: { all: { automatic: true }, web: { hosts: ["web-1", "web-2"] } },
      rollouts: { canary: { soakMs: 120_000 } },
      tasks: { disk: { sudo: false } },
    });
  });

  test("graph shows the groups as a tree, in ASCII where the locale has no more", () => {
    expect(nixfleet(["inventory", "graph"]).stdout).toBe(
      "all  3 hosts\n├─ web  2 hosts\n│  └─ web-[1-2]\n└─ db  1 host\n   └─ db-1\n",
    );
    expect(nixfleet(["inventory", "graph"], { LANG: "C" }).stdout).toContain("\n|- web  2 hosts\n|  `- web-[1-2]\n");
  });

  test("show tells where each value was written", () => {
    const { stdout } = nixfleet(["inventory", "show", "db-1", "--origin"]);
    const line = (setting: string) => stdout.split("\n").find((text) => text.trim().startsWith(`${setting} `));
    expect(line("user")).toMatch(/deploy +defaults \(inventory\/prod\.yaml:\d+:\d+\)$/);
    expect(line("osUpdates.ubuntu.mode")).toMatch(/manual +group db \(inventory\/prod\.yaml:\d+:\d+\)$/);
    expect(line("addr")).toMatch(/10\.0\.2\.21 +host db-1 \(/);
    expect(line("transport")).toMatch(/auto +built in$/);
    expect(line("vars.postgres.maxConnections")).toMatch(/200 +host db-1/);
  });

  test("show says the same from the cache as from the file", () => {
    const cached = JSON.parse(nixfleet(["inventory", "show", "web-1", "--json"]).stdout);
    const { origins, ...read } = JSON.parse(nixfleet(["inventory", "show", "web-1", "--json", "--origin"]).stdout);
    expect(read).toEqual(cached);
    expect(origins.rollout).toMatchObject([{ from: "group web", file: "inventory/prod.yaml" }]);
  });

  test("show of an unknown host names the nearest", () => {
    const { status, stderr, stdout } = nixfleet(["inventory", "show", "wbe-1"]);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toBe('error[inventory/unknown-host]: no host is named "wbe-1"\n  next      did you mean web-1?\n');
  });

  test("schema prints a JSON Schema, or the reference", () => {
    expect(JSON.parse(nixfleet(["inventory", "schema"]).stdout)).toMatchObject({
      title: "NixFleet inventory",
      type: "object",
    });
    expect(nixfleet(["inventory", "schema", "--markdown"]).stdout).toContain("| `rebootWindow` |");
  });

  test("list tells all mistakes, counts them, and exits with 3", () => {
    const file = join(home, "broken.yaml");
    writeFileSync(file, "hosts:\n  web-1: { base: ubunt, adr: 10.0.1.11 }\n");
    const { status, stderr, stdout } = nixfleet(["inventory", "list", "-i", file]);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toContain(`at        ${file}:2:18\n`);
    expect(stderr).toContain("did you mean addr?");
    expect(stderr).toMatch(/\n\n2 errors\n$/);
  });

  test("list shows warnings beside the answer", () => {
    const file = join(home, "warned.yaml");
    writeFileSync(
      file,
      'groups: { db: { hosts: ["db-*"] } }\nhosts: { web-1: { base: ubuntu, addr: 10.0.1.11, flakeAttr: x } }\n',
    );
    const { status, stderr, stdout } = nixfleet(["inventory", "list", "-i", file]);
    expect(status).toBe(0);
    expect(stdout).toContain("web-1");
    expect(stderr).toContain('warning[inventory/glob-matches-nothing]: "db-*" of group db matches no host\n');
  });

  test("colours only where it is wanted", () => {
    const colour = "\u001b[";
    expect(nixfleet(["inventory", "list"]).stdout).not.toContain(colour);
    expect(nixfleet(["inventory", "list", "--color", "always"]).stdout).toContain(colour);
    expect(nixfleet(["inventory", "list"], { FORCE_COLOR: "1" }).stdout).toContain(colour);
    expect(nixfleet(["inventory", "list"], { FORCE_COLOR: "1", NO_COLOR: "1" }).stdout).not.toContain(colour);
  });
});

describe("nixfleet hosts", () => {
  test("shows what a pattern selects, and why", () => {
    expect(nixfleet(["hosts", "web:db-1", "--tag", "eu", "--exclude", "web-2"]).stdout).toBe(`\
HOST   BASE    ADDRESS    BECAUSE
web-1  ubuntu  10.0.1.11  pattern web:db-1; --tag eu
db-1   ubuntu  10.0.2.21  pattern web:db-1; --tag eu

left out web-2: --exclude web-2
2 of 3 hosts
`);
  });

  test("--names is for scripts", () => {
    expect(nixfleet(["hosts", "--names", "--group", "web"]).stdout).toBe("web-1\nweb-2\n");
  });

  test("--json tells the reasons, too", () => {
    expect(JSON.parse(nixfleet(["hosts", "--json", "db"]).stdout)).toMatchObject({
      schema: "nixfleet.hosts/1",
      total: 3,
      hosts: [{ name: "db-1", because: ["pattern db"] }],
      excluded: [],
    });
  });

  test("reads patterns from a file beside the user", () => {
    writeFileSync(join(fleet, "list.txt"), "web\n!web-1\n");
    expect(nixfleet(["hosts", "--names", "-l", "@list.txt"]).stdout).toBe("web-2\n");
    const missing = nixfleet(["hosts", "-l", "@lost.txt"]);
    expect([missing.status, missing.stderr]).toEqual([
      3,
      expect.stringContaining("lost.txt cannot be read: it does not exist"),
    ]);
  });

  test("of nothing is an error with a suggestion", () => {
    const { status, stderr } = nixfleet(["hosts", "--group", "wbe"]);
    expect([status, stderr]).toEqual([
      3,
      'error[inventory/unknown-group]: no group is named "wbe"\n  next      did you mean web?\n',
    ]);
  });

  test("--rerun without any run says so", () => {
    const { status, stderr } = nixfleet(["hosts", "--rerun", "failed"]);
    expect([status, stderr]).toEqual([3, expect.stringContaining("there was no run yet")]);
    expect(nixfleet(["hosts", "--run", "nonsense"]).stderr).toContain('"nonsense" is no run id');
  });

  test("takes the project and the inventory from the environment", () => {
    const env = { NIXFLEET_PROJECT: fleet, NIXFLEET_INVENTORY: "prod" };
    expect(nixfleet(["hosts", "--names", "db-1"], env).stdout).toBe("db-1\n");
    expect(nixfleet(["hosts", "--names"], { ...env, NIXFLEET_INVENTORY: "dev" }).stderr).toContain(
      'no inventory is named "dev"',
    );
  });
});
