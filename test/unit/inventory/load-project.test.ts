import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inventoryCache } from "../../../src/effects/inventory/cache.ts";
import { projectFiles } from "../../../src/effects/inventory/project-files.ts";
import { loadProject, type ProjectRequest } from "../../../src/workflows/inventory/load-project.ts";

let home: string;
let root: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "nixfleet-project-"));
  root = join(home, "fleet");
  await write("hosts/web-1.nix", "{ }");
  await write("modules/nginx/default.nix", "{ }");
});
afterEach(() => rm(home, { recursive: true }));

const write = async (path: string, text: string): Promise<string> => {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
};

const web1 = "hosts:\n  web-1: { base: ubuntu, addr: 10.0.1.11, roles: [nginx] }\n";

async function load(request: Partial<ProjectRequest> = {}) {
  const ports = { files: projectFiles(home), cache: inventoryCache(join(home, "cache")) };
  const loaded = await loadProject({ cwd: root, home, ...request }, ports);
  if (loaded.ok) return { ...loaded.value, codes: [], whats: [] };
  return {
    codes: loaded.error.map(({ code }) => code),
    whats: loaded.error.map(({ what }) => what),
    failures: loaded.error,
    warnings: [],
  };
}

describe("the project", () => {
  test("is found from any folder inside it", async () => {
    await write("inventory/prod.yaml", web1);
    const deep = await write("modules/nginx/files/nginx.conf", "");
    const loaded = await load({ cwd: dirname(deep) });
    expect(loaded).toMatchObject({ root, inventory: { environment: "prod" } });
  });

  test("is told by a flake.nix, too", async () => {
    await write("flake.nix", "{ }");
    expect((await load()).whats).toEqual([`the project ${root} has no inventory`]);
  });

  test("is not a folder that only happens to be called inventory", async () => {
    await write("inventory/prod.yaml", web1);
    const source = await write("src/inventory/resolve.ts", "");
    expect(await load({ cwd: dirname(dirname(source)) })).toMatchObject({ root });
  });

  test("is not looked for above the git root, nor above the home folder", async () => {
    await write("inventory/prod.yaml", web1);
    const other = await write("vendor/other/.git", "gitdir: elsewhere");
    expect((await load({ cwd: dirname(other) })).codes).toEqual(["inventory/no-project"]);
    expect((await load({ cwd: home })).codes).toEqual(["inventory/no-project"]);
  });

  test("is the one named with -C, relative to where one stands", async () => {
    await write("inventory/prod.yaml", web1);
    expect(await load({ cwd: home, project: "fleet" })).toMatchObject({ root });
    expect((await load({ cwd: home, project: "feet" })).whats).toEqual([
      `the project folder ${join(home, "feet")} does not exist`,
    ]);
  });

  test("is the surroundings of an inventory that is given by path", async () => {
    const file = await write("inventory/prod.yaml", web1);
    expect(await load({ cwd: home, inventory: file })).toMatchObject({ root });
  });
});

describe("the inventory", () => {
  test("is the only one, whatever else lies beside it", async () => {
    await write("inventory/staging.yml", web1);
    for (const other of ["README.md", ".prod.yaml.swp", "prod.yaml~", "group_vars/all.yaml"])
      await write(`inventory/${other}`, "");
    expect(await load()).toMatchObject({ inventory: { environment: "staging", file: "inventory/staging.yml" } });
  });

  test("has to be chosen among several, by name or by path", async () => {
    await write("inventory/prod.yaml", web1);
    await write("inventory/staging.yaml", web1);
    const none = await load();
    expect(none).toMatchObject({
      codes: ["inventory/several"],
      failures: [{ found: "inventory/prod.yaml, inventory/staging.yaml", next: "choose one, for example -i prod" }],
    });
    expect(await load({ inventory: "staging" })).toMatchObject({ inventory: { environment: "staging" } });
    expect(await load({ cwd: join(root, "inventory"), inventory: "./prod.yaml" })).toMatchObject({
      inventory: { environment: "prod", file: "prod.yaml" },
    });
    expect(await load({ inventory: "stagging" })).toMatchObject({
      codes: ["inventory/not-found"],
      failures: [{ found: "prod, staging", next: "did you mean staging?" }],
    });
    expect((await load({ inventory: "inventory/dev.yaml" })).whats).toEqual([
      "there is no inventory file inventory/dev.yaml",
    ]);
  });

  test("of two files with one name has to be given by path", async () => {
    await write("inventory/prod.yaml", web1);
    await write("inventory/prod.json", "{}");
    expect((await load({ inventory: "prod" })).whats).toEqual(['several inventories are named "prod"']);
  });

  test("may be JSON", async () => {
    await write("inventory/prod.json", JSON.stringify({ hosts: { "web-1": { base: "ubuntu", addr: "10.0.1.11" } } }));
    expect(await load()).toMatchObject({ inventory: { hosts: [{ name: "web-1" }] } });
  });

  test("may be an executable that prints Ansible's list, and is asked for nothing else", async () => {
    const file = await write(
      "inventory/cloud",
      `#!/bin/sh\n[ "$*" = --list ] || exit 9\necho '{"_meta":{"hostvars":{"web-1":{"nixfleet":{"base":"ubuntu"}}}}}'\n`,
    );
    await chmod(file, 0o755);
    expect(await load()).toMatchObject({
      inventory: { environment: "cloud", hosts: [{ name: "web-1", addresses: ["web-1"] }] },
    });
  });

  test("that is an executable and fails shows what it said", async () => {
    const file = await write("inventory/cloud", "#!/bin/sh\necho 'no credentials' >&2\nexit 7\n");
    await chmod(file, 0o755);
    expect(await load()).toMatchObject({
      codes: ["inventory/script-failed"],
      failures: [{ what: `${file} --list ended with exit code 7`, detail: "no credentials" }],
    });
  });

  test("that is not UTF-8 is refused", async () => {
    await write("inventory/prod.yaml", "");
    await writeFile(join(root, "inventory/prod.yaml"), Buffer.from([0x68, 0xff, 0xfe]));
    expect((await load()).whats).toEqual([`${join(root, "inventory/prod.yaml")} is not UTF-8 text`]);
  });

  test("needs the files of its hosts and roles in the flake's folder", async () => {
    await write("inventory/prod.yaml", `fleet: { flake: ../other }\n${web1}`);
    expect((await load()).whats.join("\n")).toContain(`in ${join(home, "other")}`);
    await write("../other/hosts/web-1/default.nix", "{ }");
    await write("../other/modules/nginx.nix", "{ }");
    expect((await load()).codes).toEqual([]);
  });

  test("is not held against a flake that lies elsewhere", async () => {
    await write(
      "inventory/prod.yaml",
      `fleet: { flake: "github:example/fleet" }\n${web1.replace("nginx", "unheard-of")}`,
    );
    expect(await load()).toMatchObject({ inventory: { fleet: { flake: "github:example/fleet" } } });
  });
});

describe("the cache", () => {
  const entries = () => readdir(join(home, "cache/inventory"));

  test("gives what reading gave, warnings included", async () => {
    await write(
      "inventory/prod.yaml",
      `${web1}groups: { web: { hosts: ["web-*", "mail-*"] } }\ntasks: { disk: { run: df } }\n`,
    );
    const first = await load();
    const again = await load();
    expect(first.warnings).toHaveLength(1);
    expect(again).toEqual(first);
    expect(await entries()).toHaveLength(1);
  });

  test("is readable by its owner only", async () => {
    await write("inventory/prod.yaml", web1);
    await load();
    const [name = ""] = await entries();
    expect((await stat(join(home, "cache/inventory", name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, "cache/inventory"))).mode & 0o777).toBe(0o700);
  });

  test("that is damaged is made again", async () => {
    await write("inventory/prod.yaml", web1);
    const first = await load();
    const [name = ""] = await entries();
    const file = join(home, "cache/inventory", name);
    const good = await readFile(file, "utf8");
    for (const bad of ["", "{}", good.slice(0, -5), good.replace("10.0.1.11", "10.6.6.6"), "\n"]) {
      await writeFile(file, bad);
      expect(await load()).toEqual(first);
      expect(await readFile(file, "utf8")).toBe(good);
    }
  });

  test("is not used once the text, or a file of the fleet, changed", async () => {
    await write("inventory/prod.yaml", web1);
    await load();
    await rm(join(root, "hosts/web-1.nix"));
    expect((await load()).codes).toEqual(["inventory/no-host-file"]);
    await write("hosts/web-1.nix", "{ }");
    await write("inventory/prod.yaml", web1.replace("10.0.1.11", "10.0.1.99"));
    expect(await load()).toMatchObject({ inventory: { hosts: [{ addresses: ["10.0.1.99"] }] } });
  });

  test("that cannot be written is no trouble", async () => {
    await write("inventory/prod.yaml", web1);
    await writeFile(join(home, "cache"), "in the way");
    expect((await load()).codes).toEqual([]);
  });

  test("keeps nothing of an inventory with mistakes", async () => {
    await write("inventory/prod.yaml", "hosts: { web-1: {} }\n");
    expect((await load()).codes).toEqual(["inventory/no-base", "inventory/no-address"]);
    await expect(entries()).rejects.toThrow();
  });
});

describe("the example fleet", () => {
  test("loads as it lies in the repository, with a file for every host and role", async () => {
    const repository = resolve(import.meta.dirname, "../../..");
    expect(await load({ cwd: repository })).toMatchObject({
      root: repository,
      inventory: { environment: "prod" },
      warnings: [],
    });
  });
});
