/** What a host says of its updates, by lines as apt prints them. */
import { emptySimulation, parseSimulation, type Simulation } from "../../../src/domain/apt/simulation.ts";
import type { HostUpdates } from "../../../src/domain/apt/updates.ts";

export const simulation = (...lines: readonly string[]): Simulation => {
  const parsed = parseSimulation(lines.join("\n"));
  if (!parsed.ok) throw new Error(parsed.error.what);
  return parsed.value;
};

/** `upgrade("a", "noble-security")` goes from 1.0 to 1.1. */
export const upgrade = (name: string, suite = "noble-updates", to = "1.1"): string =>
  `Inst ${name} [1.0] (${to} Ubuntu:24.04/${suite} [all])`;

const roomy = (folder: string) => ({ folder, freeBytes: 1e12, freeInodes: 1e9 });

export const hostUpdates = (more: Partial<HostUpdates> = {}): HostUpdates => ({
  aptVersion: "3.0.4",
  staleIndexes: null,
  broken: [],
  interrupted: false,
  lockHolders: [],
  chosen: emptySimulation,
  security: emptySimulation,
  own: emptySimulation,
  phased: emptySimulation,
  all: emptySimulation,
  packages: new Map(),
  held: [],
  space: ["/", "/var", "/usr", "/boot"].map(roomy),
  downloadBytes: 0,
  shutdownScheduled: false,
  inhibitors: [],
  unattended: null,
  oldCode: [],
  summary: { pending: 0, security: 0, keptBack: 0 },
  ...more,
});
