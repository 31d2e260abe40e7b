/** The measured half of plan-thousand: all of `nixfleet plan` but Nix, which is a builder in memory. */
import { readFileSync } from "node:fs";
import { createReporter } from "../../src/cli/render/reporter.ts";
import type { HostName } from "../../src/domain/ids.ts";
import { hostProgram } from "../../src/effects/host-program/program.ts";
import { saveMemory } from "../../src/effects/machine/thrift.ts";
import { createTransport } from "../../src/effects/ssh/transport.ts";
import type { HostAddress } from "../../src/ports/transport.ts";
import { planFleet } from "../../src/workflows/plan.ts";
import { fakeNixBuilder } from "../../test/support/fake-nix-builder.ts";
import { fakeStream } from "../../test/support/fake-terminal.ts";
import { inventoryOf } from "../../test/support/inventory.ts";
import { realClock } from "../../test/support/real-clock.ts";
import { toolsWith } from "../../test/support/tools.ts";
import { asItShouldBe, NEW_TEXT } from "./fleet.ts";

const [file = "", hosts = "1"] = process.argv.slice(2);
saveMemory(Number(hosts));
const all: [HostName, HostAddress][] = JSON.parse(readFileSync(file, "utf8"));
const addresses = all.slice(0, Number(hosts));
const [stdout, stderr] = [fakeStream(), fakeStream()];
const options = { format: "plain", verbosity: 0, color: "never", diff: "short" } as const;
const tools = toolsWith({
  audience: createReporter(options, { stdout, stderr, env: {}, now: Date.now }, "query"),
  transport: createTransport({ clock: realClock, environment: process.env }),
  builder: fakeNixBuilder(addresses.map(([name]) => [name, { manifest: asItShouldBe(name) }])),
  storeFiles: { read: async () => Buffer.from(NEW_TEXT), target: async () => undefined },
  program: await hostProgram(),
});
const inventory = inventoryOf(fleetText(addresses), { form: "json" });
const atStart = process.memoryUsage.rss();
const [cpu, start] = [process.cpuUsage(), performance.now()];
const outcome = await planFleet(
  {
    inventory,
    hosts: inventory.hosts,
    selection: [],
    rollout: {},
    osUpdates: false,
    countUpdates: false,
    detailedExitCode: false,
  },
  tools,
);
const { user, system } = process.cpuUsage(cpu);
const wallMs = performance.now() - start;
if (!outcome.ok || outcome.value !== 0) throw new Error(JSON.stringify(outcome) + stdout.text().slice(-2000));
if (!stdout.text().includes(`${addresses.length} to change`)) throw new Error(stdout.text().slice(0, 2000));
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs, peakBytes, atStart }));

function fleetText(hosts: readonly [HostName, HostAddress][]): string {
  const entries = hosts.map(([name, { addresses: addr, port, user, identityFile, hostKeys }]) => [
    name,
    { base: "ubuntu", addr, port, user, identityFile, hostKeys },
  ]);
  return JSON.stringify({ fleet: { flake: "github:example/fleet" }, hosts: Object.fromEntries(entries) });
}
