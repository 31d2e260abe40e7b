import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { labIdOf } from "../../src/domain/lab/naming.ts";
import { downLab, labCommand, labFolder, startLabCommand, upArguments } from "../support/lab.ts";

const folder = labFolder("cut");
const id = labIdOf(folder);
const subnet = ["--subnet", "198.18.0.224/27"];

/** Everything on this machine that belongs to the lab, by kind. */
async function remains(): Promise<Record<string, string[]>> {
  const links = (await execa("ip", ["-o", "link"])).stdout.split("\n").filter((line) => line.includes(id));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(folder));
  const groups = ["", "unified", "systemd"].flatMap((hierarchy) => namesIn(join("/sys/fs/cgroup", hierarchy)));
  return {
    processes: processes()
      .filter(({ words }) => words.includes(folder) || words.includes(id))
      .map(({ words }) => words),
    links,
    mounts,
    groups: groups.filter((name) => name.includes(id)),
    files: namesIn("/var/tmp").filter((name) => join("/var/tmp", name) === folder),
  };
}

const nothing = { processes: [], links: [], mounts: [], groups: [], files: [] };

const namesIn = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Command line and control groups: either names the lab for every process of it. */
  readonly words: string;
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [command, groups, status] = ["cmdline", "cgroup", "status"].map((file) =>
        readFileSync(`/proc/${name}/${file}`, "utf8"),
      );
      if (/^State:\tZ/m.test(status!)) return [];
      const parent = Number(/^PPid:\t(\d+)$/m.exec(status!)?.[1]);
      return [{ pid: Number(name), parent, words: `${command!.replaceAll("\0", " ")} ${groups}` }];
    } catch {
      return [];
    }
  });
}

function descendants(pid: number, all = processes()): number[] {
  const children = all.filter(({ parent }) => parent === pid).map((child) => child.pid);
  return [...children, ...children.flatMap((child) => descendants(child, all))];
}

beforeEach(async () => await downLab(folder));
afterEach(async () => await downLab(folder));

describe("lab down", () => {
  test("leaves nothing of a lab that was up, and may be called again", async () => {
    expect((await labCommand([...upArguments(folder, { hosts: 2 }), ...subnet])).code).toBe(0);
    const there = await remains();
    expect(Object.entries(there).filter(([kind, found]) => found.length === 0 && kind !== "mounts")).toEqual([]);
    await downLab(folder);
    expect(await remains()).toEqual(nothing);
    const again = await labCommand(["down", "--state", folder]);
    expect(again).toMatchObject({ code: 0, stdout: `no lab was up in ${folder}` });
    expect(await remains()).toEqual(nothing);
  });

  // What the CLI has made by then, from the first file to the last process; each moment is one it can be killed at.
  const moments: Record<string, () => boolean> = {
    "its lock": () => namesIn(folder).includes("lab.lock"),
    "its state file": () => namesIn(folder).includes("lab.json"),
    "its keys": () => namesIn(join(folder, "keys")).includes("nix-signing-key.pub"),
    "the bridge": () => namesIn("/sys/class/net").includes(`nfl-${id}`),
    "a machine's folder": () => namesIn(join(folder, "machines")).length > 0,
    "a machine's intent": () => namesIn(join(folder, "machines/lab-1")).includes("wanted"),
    "a machine's supervisor": () => namesIn(join(folder, "machines/lab-1")).includes("supervisor"),
    "a machine's cable": () => namesIn("/sys/class/net").includes(`vb-${id}-1`),
  };

  test.each(Object.keys(moments))(
    "leaves nothing when the CLI was killed as soon as it had made %s",
    async (moment) => {
      const up = startLabCommand([...upArguments(folder, { hosts: 2 }), ...subnet]);
      await expect.poll(moments[moment]!, { timeout: 60_000, interval: 1 }).toBe(true);
      up.kill("SIGKILL");
      await up;
      await downLab(folder);
      await expect.poll(remains, { timeout: 30_000 }).toEqual(nothing);
    },
  );

  test("leaves nothing after Ctrl-C", async () => {
    const up = startLabCommand([...upArguments(folder, { hosts: 2 }), ...subnet]);
    await expect.poll(moments["a machine's supervisor"]!, { timeout: 60_000, interval: 1 }).toBe(true);
    up.kill("SIGINT");
    await up;
    await downLab(folder);
    await expect.poll(remains, { timeout: 30_000 }).toEqual(nothing);
  });

  test("ends the machines also when the state folder was removed by hand", async () => {
    expect((await labCommand([...upArguments(folder, { hosts: 1 }), ...subnet])).code).toBe(0);
    await rm(folder, { recursive: true, force: true });
    expect((await remains()).processes).not.toEqual([]);
    await downLab(folder);
    expect(await remains()).toEqual(nothing);
  });

  test("has nothing to do after an up that was refused", async () => {
    expect((await labCommand([...upArguments(folder, { hosts: 0 }), ...subnet])).code).toBe(3);
    expect(await remains()).toEqual(nothing);
  });

  test("refuses a folder that holds other things, and touches none of them", async () => {
    const home = await mkdtemp(join(tmpdir(), "not-a-lab-"));
    await execa("touch", [join(home, "thesis.txt")]);
    const answer = await labCommand(["down", "--state", home]);
    expect(answer.code).toBe(3);
    expect(answer.stderr).toContain("error[lab/bad-option]");
    expect(await readdir(home)).toEqual(["thesis.txt"]);
    await rm(home, { recursive: true });
  });
});

describe("lab up, killed", () => {
  test("goes on where it was when it is called again", async () => {
    const up = startLabCommand([...upArguments(folder, { hosts: 2 }), ...subnet]);
    await expect.poll(() => namesIn(join(folder, "machines")).length > 0, { timeout: 60_000, interval: 1 }).toBe(true);
    up.kill("SIGKILL");
    await up;
    const second = await labCommand([...upArguments(folder, { hosts: 2 }), ...subnet]);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout).machines).toMatchObject([{ state: "ready" }, { state: "ready" }]);
  });

  test("takes the image build with it, and the next command clears the half-made image away", async () => {
    const cache = await mkdtemp(join(tmpdir(), "lab-cache-"));
    const env = { NIXFLEET_LAB_CACHE: cache };
    const build = startLabCommand(["image", "--install-deps"], env);
    const started = (): boolean => namesIn(cache).some((name) => namesIn(join(cache, name, "root")).includes("etc"));
    await expect.poll(started, { timeout: 60_000, interval: 20 }).toBe(true);
    const children = descendants(build.pid!);
    expect(children.length).toBeGreaterThan(2);
    build.kill("SIGKILL");
    await build;
    await expect.poll(() => processes().filter(({ pid }) => children.includes(pid)), { timeout: 10_000 }).toEqual([]);
    await labCommand(["down", "--state", folder], env);
    expect((await readdir(cache)).filter((name) => name !== "lock")).toEqual([]);
    await rm(cache, { recursive: true, force: true });
  });
});
