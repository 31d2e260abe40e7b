/** From the records of the verb `updates` to checked types. */
import type { HostRecord } from "../host/protocol.ts";
import { recordTable, recordText } from "../host/records.ts";
import { type InstalledKernel, kernelsIn } from "../os-update/old-kernels.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { type BootOnce, bootOnceIn } from "../reboot/boot-once.ts";
import { emptySimulation, parseSimulation, type Simulation } from "./simulation.ts";
import { type Unattended, unattendedIn } from "./unattended.ts";

export interface UpdatesSummary {
  readonly pending: number;
  readonly security: number;
  /** There is a newer version, and the host's own rules keep it back: holds, phasing, removals. */
  readonly keptBack: number;
}

export interface HostUpdates {
  readonly aptVersion: string;
  /** Null when the indexes are fresh, or were not to be fetched; else what apt said. */
  readonly staleIndexes: string | null;
  readonly broken: readonly string[];
  readonly interrupted: boolean;
  /** Processes that hold apt's or dpkg's locks. */
  readonly lockHolders: readonly { readonly pid: string; readonly file: string }[];
  /** What the policy leaves. */
  readonly chosen: Simulation;
  /** What only security updates leave. */
  readonly security: Simulation;
  /** By the host's own rules. */
  readonly own: Simulation;
  /** The same, were nothing phased. */
  readonly phased: Simulation;
  /** Everything there is: also held, and with removals. */
  readonly all: Simulation;
  readonly packages: ReadonlyMap<string, KnownPackage>;
  readonly held: readonly string[];
  readonly space: readonly { readonly folder: string; readonly freeBytes: number; readonly freeInodes: number }[];
  readonly downloadBytes: number;
  readonly shutdownScheduled: boolean;
  readonly inhibitors: readonly string[];
  readonly unattended: Unattended | null;
  /** Units that run the code of before an update; empty where needrestart is not installed. */
  readonly oldCode: readonly string[];
  readonly summary: UpdatesSummary;
  readonly bootOnce?: BootOnce | undefined;
  readonly kernels?: readonly InstalledKernel[];
}

export interface KnownPackage {
  readonly source: string;
  /** Came as somebody's dependency. */
  readonly auto: boolean;
  /** Ubuntu's share of hosts, in percent. */
  readonly phasedPercent: number | null;
}

/** Fails with `os/apt-output` or `host/facts`. */
export function parseUpdates(records: readonly HostRecord[]): Result<HostUpdates> {
  const simulations: Partial<Record<SimulationName, Simulation>> = {};
  for (const name of SIMULATIONS) {
    const simulation = simulationIn(records, name);
    if (!simulation.ok) return simulation;
    simulations[name] = simulation.value;
  }
  const summary = summaryIn(records);
  if (summary === undefined) return err(failure("host/facts", 'the host reported no usable "updates.summary"'));
  const refresh = recordText(records, "apt.refresh") ?? "ok";
  return ok({
    aptVersion: recordText(records, "apt.version") ?? "",
    staleIndexes: refresh === "ok" ? null : refresh,
    broken: lines(records, "dpkg.broken"),
    interrupted: recordText(records, "dpkg.interrupted") === "yes",
    lockHolders: recordTable(records, "apt.lock").map(([pid = "", file = ""]) => ({ pid, file })),
    chosen: simulations.chosen ?? emptySimulation,
    security: simulations.security ?? emptySimulation,
    own: simulations.own ?? emptySimulation,
    phased: simulations.phased ?? emptySimulation,
    bootOnce: bootOnceIn(records),
    kernels: kernelsIn(records),
    all: simulations.all ?? emptySimulation,
    packages: new Map(recordTable(records, "apt.package").map(knownPackage)),
    held: lines(records, "apt.held"),
    space: recordTable(records, "space").map(([folder = "", bytes, inodes]) => ({
      folder,
      freeBytes: Number(bytes),
      freeInodes: Number(inodes),
    })),
    downloadBytes: Number(recordText(records, "apt.download") ?? "0") || 0,
    shutdownScheduled: recordText(records, "shutdown.scheduled") === "yes",
    inhibitors: lines(records, "inhibitor"),
    unattended: unattendedIn(records),
    oldCode: oldCodeIn(records),
    summary,
  });
}

/** Undefined when the host did not count, or counted in another form. */
export function summaryIn(records: readonly HostRecord[]): UpdatesSummary | undefined {
  const text = recordText(records, "updates.summary");
  const [, pending, security, keptBack] = /^([0-9]{1,9})\t([0-9]{1,9})\t([0-9]{1,9})$/.exec(text ?? "") ?? [];
  if (pending === undefined) return undefined;
  return { pending: Number(pending), security: Number(security), keptBack: Number(keptBack) };
}

const SIMULATIONS = ["chosen", "security", "own", "phased", "all"] as const;
type SimulationName = (typeof SIMULATIONS)[number];

function simulationIn(records: readonly HostRecord[], name: SimulationName): Result<Simulation> {
  const text = recordText(records, `sim.${name}`);
  if (text === undefined) return ok(emptySimulation);
  const newline = text.indexOf("\n");
  const code = newline < 0 ? text : text.slice(0, newline);
  if (code === "0") return parseSimulation(text.slice(newline + 1));
  const said = recordText(records, `sim.${name}.error`) ?? "";
  return err(
    failure("os/apt-refused", "apt cannot work out an update on this host", {
      found: said.split("\n")[0] || `exit code ${code}`,
      ...(said.includes("\n") ? { detail: said } : {}),
      next: "on the host: apt-get check",
    }),
  );
}

const knownPackage = ([name = "", source = "", auto, percent]: readonly string[]): [string, KnownPackage] => [
  name,
  { source, auto: auto === "auto", phasedPercent: /^[0-9]{1,3}$/.test(percent ?? "") ? Number(percent) : null },
];

/** Units that still run the code of before an update. */
export const oldCodeIn = (records: readonly HostRecord[]): string[] => lines(records, "old-code");

const lines = (records: readonly HostRecord[], name: string): string[] =>
  (recordText(records, name) ?? "").split("\n").filter((line) => line !== "");
