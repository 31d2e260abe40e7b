/** Evaluating and building 50 hosts of one configuration against one host, and the same fleet again, unchanged. */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNix } from "../src/effects/lab/nix-outside.ts";
import { createNixBuilder } from "../src/effects/nix/builder.ts";
import { flakeText } from "../test/support/fleet-project.ts";
import { hostName, inventoryOf, nixEnv } from "../test/support/nix-fleet.ts";
import { inTurn, median, ratio, report, time } from "./measuring/rounds.ts";

const HOSTS = Number(process.argv[2] ?? 50);
const ROUNDS = 3;
/** Every role of the example fleet: packages, accounts, files, directories, a timer, two services. */
const roles = ["base", "users", "nginx", "myapp", "round"];
/** Makes the configuration of each round a new one, so that nothing of an earlier round is left to use. */
const ROUND = `{ config, ... }: { nixfleet.files."/etc/round".text = config.nixfleet.host.vars.greeting; }\n`;
const top = mkdtempSync(join(tmpdir(), "nixfleet-bench-evaluate-"));
const calls = join(top, "calls");
let rounds = 0;

try {
  const all = Array.from({ length: HOSTS }, (_, index) => `web-${index + 1}`);
  const root = layFleet(all);
  const env = { ...nixEnv, NIXFLEET_NIX: countedNix() };
  const prepared = (names: readonly string[]) => {
    rounds += 1;
    const place = (name: string) => join(top, `${name}-${rounds}`);
    return planned(
      { projectRoot: root, cacheDir: place("cache"), stateDir: place("state"), env, overrides: [] },
      names,
      `${top} ${rounds}`,
    );
  };
  let again: (() => Promise<Took>) | undefined;
  const builds = { one: [] as number[], all: [] as number[] };
  const figures = await inTurn(
    {
      one: async () => {
        const { evaluateMs, buildMs } = await prepared(all.slice(0, 1))();
        builds.one.push(buildMs);
        return evaluateMs;
      },
      all: async () => {
        again = prepared(all);
        const { evaluateMs, buildMs } = await again();
        builds.all.push(buildMs);
        return evaluateMs;
      },
      unchanged: async () => {
        const before = nixCalls();
        const took = await again?.();
        if (took === undefined || nixCalls() !== before) throw new Error("an unchanged fleet started Nix");
        return took.evaluateMs + took.buildMs;
      },
    },
    ROUNDS,
  );
  const row = (name: string, one: number, fifty: number): readonly string[] => [
    ...[name, `1 host ${time(one)}`, `${HOSTS} hosts ${time(fifty)}`, ratio(fifty, one)],
    `${time((fifty - one) / (HOSTS - 1))} for each further host`,
  ];
  report([
    row("evaluate", median(figures.one), median(figures.all)),
    row("build", median(builds.one.slice(1)), median(builds.all.slice(1))),
    ["unchanged", "", `${HOSTS} hosts ${time(median(figures.unchanged))}`, "", "no process of Nix"],
  ]);
} finally {
  rmSync(top, { recursive: true, force: true });
}

interface Took {
  readonly evaluateMs: number;
  readonly buildMs: number;
}

/** Evaluation and build, as `plan` has them done; a new builder each time, as each command makes one. */
function planned(settings: Parameters<typeof createNixBuilder>[0], names: readonly string[], label: string) {
  const { signal } = new AbortController();
  const inventoryJson = inventoryOf(
    Object.fromEntries(names.map((name) => [name, { base: "ubuntu", roles, greeting: label }])),
  );
  return async (): Promise<Took> => {
    const start = performance.now();
    const builder = createNixBuilder(settings);
    const source = await builder.source(signal);
    if (!source.ok) throw new Error(source.error.what);
    const hosts = names.map(hostName);
    const evaluated = await builder.evaluate({ source: source.value, inventoryJson, hosts, signal });
    if (!evaluated.ok) throw new Error(JSON.stringify(evaluated.error));
    const good = [...evaluated.value.values()].map((host) => {
      if (!host.ok) throw new Error(JSON.stringify(host.error));
      return host.value;
    });
    const evaluateMs = performance.now() - start;
    const built = await builder.build(good, { signal });
    const bad = [...built.values()].find((host) => !host.ok);
    if (bad !== undefined) throw new Error(JSON.stringify(bad));
    return { evaluateMs, buildMs: performance.now() - start - evaluateMs };
  };
}

/** The example modules, and an empty file for each host. */
function layFleet(names: readonly string[]): string {
  const folder = join(top, "fleet");
  mkdirSync(join(folder, "hosts"), { recursive: true });
  cpSync(join(import.meta.dirname, "../modules"), join(folder, "modules"), { recursive: true });
  writeFileSync(join(folder, "modules", "round.nix"), ROUND);
  for (const name of names) writeFileSync(join(folder, "hosts", `${name}.nix`), "{ }\n");
  writeFileSync(join(folder, "flake.nix"), flakeText(top));
  const run = (file: string, ...args: string[]) =>
    execFileSync(file, args, { cwd: folder, stdio: "ignore", env: nixEnv });
  run("git", "init", "--quiet");
  run("git", "add", "--all");
  run(findNix(process.env)?.nix ?? "nix", "flake", "lock", "--extra-experimental-features", "nix-command flakes");
  run("git", "add", "--all");
  run("git", "-c", "user.name=Bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--message=fleet");
  return folder;
}

/** The machine's Nix behind a script that writes down every call. */
function countedNix(): string {
  const nix = findNix(process.env)?.nix;
  if (nix === undefined) throw new Error("there is no Nix");
  const script = join(top, "nix");
  writeFileSync(script, `#!/bin/sh\necho call >>'${calls}'\nexec '${nix}' "$@"\n`);
  chmodSync(script, 0o755);
  writeFileSync(calls, "");
  return script;
}

function nixCalls(): number {
  return readFileSync(calls, "utf8").length;
}
