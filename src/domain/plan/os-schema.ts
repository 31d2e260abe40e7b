/** The parts of a plan that are about the operating system: its packages and its reboots. */
import { z } from "zod";
import { keptBackReasons } from "../apt/kept-back.ts";
import { phasings, repairs } from "../os-update/policy.ts";
import { hookSchema } from "./hook-schema.ts";

const packageUpdate = z.object({
  name: z.string(),
  /** Null for a new dependency. */
  from: z.string().nullable(),
  to: z.string(),
  source: z.string(),
  /** Suites that have this version. */
  suites: z.array(z.string()).readonly(),
  security: z.boolean(),
  /** Came as a dependency, and stays marked so. */
  auto: z.boolean(),
});

export const hostOsSchema = z.object({
  selection: z.enum(["security", "full", "promoted"]),
  updates: z.array(packageUpdate).readonly(),
  keptBack: z
    .array(z.object({ name: z.string(), candidate: z.string(), why: z.enum(keptBackReasons), security: z.boolean() }))
    .readonly(),
  downloadBytes: z.number().min(0),
});

export const osUpdateStepFields = {
  kind: z.literal("os-update"),
  /** Exactly these; the host refuses anything else that apt would do. */
  approved: z.array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string() })).readonly(),
  /** Packages of old kernels that are taken away first, to make room in /boot. */
  kernels: z.array(z.string()).min(1).readonly().optional(),
  /** Preferences for apt that leave nothing but `approved`. */
  overlay: z.string(),
  phasing: z.enum(phasings),
  repair: z.enum(repairs),
  staleIndexes: z.enum(["fail", "warn"]),
  /** After this the versions are too old to be installed. */
  notAfter: z.iso.datetime().optional(),
  /** Package updates go forward only. */
  reversible: z.literal(false),
};

export const rebootStepFields = {
  kind: z.literal("reboot"),
  when: z.enum(["if-needed", "always"]),
  /** Since when the host owes the reboot, in seconds since the epoch: who owes longest gets a slot first. */
  owedSince: z.int().min(0).optional(),
  /** In spite of earlier reboots for the same reasons that did not end them. */
  force: z.boolean(),
  /** Any of them; none means at any time. */
  window: z.array(z.string()).readonly(),
  /** They win over windows. */
  blackouts: z.array(z.string()).readonly(),
  /** What has to be left of the window. */
  estimateMs: z.int().min(0),
  /** A slot of each is needed. `out` are hosts that were out of service when the plan was made: each takes one away. */
  budgets: z
    .array(z.object({ group: z.string(), max: z.int().positive(), out: z.array(z.string()).readonly().optional() }))
    .readonly(),
  hooks: z.object({ before: z.array(hookSchema).readonly(), after: z.array(hookSchema).readonly() }),
  /** How long it waits for package managers, a first boot and inhibitors, then rests; absent for not at all. */
  busyMs: z.int().min(0).optional(),
  /** How long people have to log out before it reboots all the same; absent where nobody waits for them. */
  usersMs: z.int().positive().optional(),
  /** How long the host waits for its slots; the end of its window ends the waiting, too. */
  slotMs: z.int().positive(),
  /** How long the host may take to go down, and then to come back. */
  downMs: z.int().positive(),
  upMs: z.int().positive(),
  /** How long it has to stay up before the slot is free. */
  soakMs: z.int().min(0),
  reversible: z.literal(false),
};

export type PackageUpdate = z.infer<typeof packageUpdate>;
export type HostOs = z.infer<typeof hostOsSchema>;
