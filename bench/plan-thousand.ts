/** A plan for 1,000 hosts that all change, over real SSH handshakes: CPU per host, and memory at its peak (under 250 MB). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report, time } from "./measuring/rounds.ts";

const HOSTS = Number(process.argv[2] ?? 1000);
const here = (file: string): string => join(import.meta.dirname, "thousand", file);

// The hosts are a process of their own, so that what they take does not count.
const fleet = spawn(process.execPath, [here("hosts.ts"), String(HOSTS)], { stdio: ["pipe", "pipe", "inherit"] });
try {
  const [addresses] = (await once(fleet.stdout.setEncoding("utf8"), "data")) as [string];
  // The first time only fills the compile cache, which the CLI has filled, too.
  await plan(addresses.trim(), 1);
  const { cpuMs, wallMs, peakBytes, atStart } = await plan(addresses.trim(), HOSTS);
  report([
    ["hosts", String(HOSTS)],
    ["wall", time(wallMs)],
    ["CPU", `${time(cpuMs)}, ${(cpuMs / HOSTS).toFixed(2)} ms a host`],
    ["peak memory", `${(peakBytes / 1e6).toFixed(0)} MB (${(atStart / 1e6).toFixed(0)} MB before the first host)`],
  ]);
} finally {
  fleet.stdin.end();
}

/** What bin/nixfleet gives to Node. */
function launcherOptions(): readonly string[] {
  const launcher = readFileSync(join(import.meta.dirname, "../bin/nixfleet"), "utf8");
  const options = /^exec "\$node" (.*) "\$here/m.exec(launcher)?.[1];
  if (options === undefined) throw new Error("bin/nixfleet starts Node in another way than this benchmark knows");
  return options.split(" ");
}

async function plan(
  addresses: string,
  hosts: number,
): Promise<Record<"cpuMs" | "wallMs" | "peakBytes" | "atStart", number>> {
  const cache = { NODE_COMPILE_CACHE: join(tmpdir(), "nixfleet-bench-compile-cache") };
  const planner = spawn(process.execPath, [...launcherOptions(), here("planner.ts"), addresses, String(hosts)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...cache },
  });
  let text = "";
  planner.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(planner, "close")) as [number];
  if (code !== 0) throw new Error(`the planner ended with ${code}`);
  return JSON.parse(text);
}
