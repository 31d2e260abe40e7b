/** Loading an inventory of 10,000 hosts: the first time against parsing its YAML alone, again against parsing JSON alone. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { inventoryCache } from "../src/effects/inventory/cache.ts";
import { projectFiles } from "../src/effects/inventory/project-files.ts";
import { loadProject } from "../src/workflows/inventory/load-project.ts";

const HOSTS = Number(process.argv[2] ?? 10_000);
const ROUNDS = 5;

async function bench(folder: string): Promise<void> {
  const inventory = join(folder, "prod.yaml");
  const text = fleetText();
  await writeFile(inventory, text);
  const ports = { files: projectFiles(folder), cache: inventoryCache(folder) };
  const load = () => loadProject({ cwd: folder, home: folder, inventory }, ports);
  const first = await fastest(async () => {
    await rm(join(folder, "inventory"), { recursive: true, force: true });
    return measured(load);
  });
  const [entry = ""] = await readdir(join(folder, "inventory"));
  const cached = await readFile(join(folder, "inventory", entry), "utf8");
  const body = cached.slice(cached.indexOf("\n") + 1);
  const again = await fastest(() => measured(load));
  // uniqueKeys compares every key with every other; we find duplicates in another way.
  const yaml = await fastest(() => measured(() => parse(text, { uniqueKeys: false })));
  const json = await fastest(() => measured(() => JSON.parse(body)));
  report([
    [`load ${HOSTS} hosts, first time`, first, `${ratio(first, yaml)} of parsing the YAML alone`],
    [
      `load ${HOSTS} hosts, again`,
      again,
      `${ratio(again, json)} of parsing as much JSON alone, ${ratio(again, first)} of the first time`,
    ],
    ["yaml.parse alone", yaml, `${(text.length / 1e6).toFixed(1)} MB`],
    ["JSON.parse alone", json, `${(body.length / 1e6).toFixed(1)} MB`],
  ]);
}

function fleetText(): string {
  const hosts = Array.from({ length: HOSTS }, (_, index) => {
    const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    return `  web-${index}:\n    base: ubuntu\n    addr: ${address}\n    roles: [nginx, myapp]\n    tags: [eu, rack-${index % 50}]\n`;
  });
  return `fleet: { flake: "github:example/fleet" }
defaults: { user: deploy, osUpdates: { ubuntu: { mode: security-daily, rebootWindow: Sun 02:00-04:00 Europe/Berlin } } }
groups:
  web: { hosts: ["web-*"], rollout: canary }
  odd: { hosts: ["web-*[13579]"], vars: { odd: true } }
hosts:
${hosts.join("")}rollouts:
  canary: { stages: [1, 10%, 50%, 100%], soak: 2m }
`;
}

async function measured(work: () => unknown): Promise<number> {
  const start = performance.now();
  const outcome = await work();
  if (typeof outcome === "object" && outcome !== null && "ok" in outcome && outcome.ok !== true)
    throw new Error("the inventory is good");
  return performance.now() - start;
}

async function fastest(work: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await work());
  return best;
}

const ratio = (time: number, reference: number): string => `${(time / reference).toFixed(2)}x`;

function report(rows: readonly (readonly [string, number, string])[]): void {
  for (const [what, ms, note] of rows) console.log(`${what.padEnd(34)} ${ms.toFixed(0).padStart(6)} ms   ${note}`);
}

const folder = await mkdtemp(join(tmpdir(), "nixfleet-bench-"));
try {
  await bench(folder);
} finally {
  await rm(folder, { recursive: true });
}
