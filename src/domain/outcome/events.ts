/** The vocabulary of what happens during a run: one closed union, written to the journal and to `--json` as is. */
import { z } from "zod";
import { type EventError, eventErrorSchema } from "./event-error.ts";

export const hostStatuses = [
  "unchanged",
  "changed",
  "failed",
  "unreachable",
  "rolled_back",
  "skipped",
  "held",
  "locked",
  "stale",
  "not_started",
  "unknown",
] as const;
export type HostStatus = (typeof hostStatuses)[number];

export const phases = [
  "connect",
  "facts",
  "evaluate",
  "build",
  "push",
  "program",
  "lock",
  "hooks",
  "copy",
  "secrets",
  "activate",
  "task",
  "os-update",
  "reboot",
  "health",
  "release",
] as const;
export type Phase = (typeof phases)[number];

export const rolloutEnds = ["completed", "halted", "paused", "interrupted", "detached"] as const;
export type RolloutEnd = (typeof rolloutEnds)[number];

const base = {
  v: z.literal(1),
  ts: z.iso.datetime({ precision: 3 }),
  seq: z.int().min(0),
  run: z.string(),
  level: z.enum(["debug", "info", "warn", "error"]),
  /** One line for people. */
  msg: z.string(),
};

/** A copy that goes ahead of its plan; the host has its turn later, with a copy of its own. */
const lead = { early: z.literal(true).optional() };

const hostResult = z.object({
  name: z.string(),
  status: z.enum(hostStatuses),
  from: z.string().nullable(),
  to: z.string().nullable(),
  ms: z.number().min(0),
  error: eventErrorSchema.optional(),
});

export const eventSchema = z.discriminatedUnion("type", [
  z.object({
    ...base,
    type: z.literal("version"),
    schema: z.literal("nixfleet.events/1"),
    tool: z.string(),
    verb: z.string(),
    by: z.string(),
  }),
  z.object({ ...base, type: z.literal("plan"), plan: z.string(), hosts: z.int(), changes: z.int() }),
  z.object({
    ...base,
    type: z.literal("phase_start"),
    host: z.string().optional(),
    phase: z.enum(phases),
    ...lead,
  }),
  z.object({
    ...base,
    type: z.literal("phase_progress"),
    host: z.string().optional(),
    phase: z.enum(phases),
    done: z.number().optional(),
    expected: z.number().optional(),
    /** Where the amounts above are not bytes themselves. */
    bytes: z.number().optional(),
    expectedBytes: z.number().optional(),
  }),
  z.object({
    ...base,
    type: z.literal("phase_end"),
    host: z.string().optional(),
    phase: z.enum(phases),
    status: z.enum(["ok", "failed", "skipped"]),
    ms: z.number().min(0),
    ...lead,
    error: eventErrorSchema.optional(),
  }),
  /** One line of an activation's log, of a task, or of a hook; without a host it is one around the whole rollout. */
  z.object({
    ...base,
    type: z.literal("log"),
    host: z.string().optional(),
    phase: z.enum(phases),
    stream: z.enum(["stdout", "stderr"]),
  }),
  /** What an OS update really changed, as the host's package database tells. */
  z.object({
    ...base,
    type: z.literal("os_updated"),
    host: z.string(),
    packages: z
      .array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() }))
      .readonly(),
    /** New versions of edited configuration files, which lie beside them. */
    conffiles: z.array(z.string()).readonly(),
    /** Units that still run old code. */
    services: z.array(z.string()).readonly(),
  }),
  /** A hook begins or ended; `undo` is what takes it back, known before it runs. Without a host it is one around the whole rollout. */
  z.object({
    ...base,
    type: z.literal("hook"),
    host: z.string().optional(),
    stage: z.string(),
    command: z.string(),
    where: z.string(),
    action: z.enum(["do", "undo"]),
    state: z.enum(["started", "ok", "failed", "not-now"]),
    undo: z.string().optional(),
  }),
  /** Why the rollout goes on, waits or stops. */
  z.object({ ...base, type: z.literal("rollout") }),
  z.object({ ...base, type: z.literal("host_result"), host: z.string(), result: hostResult }),
  z.object({ ...base, type: z.literal("diagnostic"), host: z.string().optional(), error: eventErrorSchema }),
  z.object({
    ...base,
    type: z.literal("signal"),
    signal: z.string(),
    effect: z.enum(["draining", "detached", "exiting"]),
  }),
  z.object({
    ...base,
    type: z.literal("summary"),
    exit: z.int(),
    ms: z.number().min(0),
    /** How the rollout came to its end or to rest; absent when the run had none. */
    rollout: z.enum(rolloutEnds).optional(),
    counts: z.record(z.enum(hostStatuses), z.int().min(0)),
    hosts: z.array(hostResult),
  }),
]);

export type RunEvent = z.infer<typeof eventSchema>;
export type HostResult = z.infer<typeof hostResult>;
export type EventType = RunEvent["type"];
export type { EventError };
