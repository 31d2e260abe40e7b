/** The rollout as a plan holds it: which hosts, in which order, at which pace. Nothing is left to be worked out. */
import { z } from "zod";
import { onFailurePolicies } from "./on-failure.ts";

export const approvalGates = ["none", "after-canary", "each-stage"] as const;

const limit = z.int().min(0).nullable();

/** Percentages are numbers of hosts by now. Null means no limit. */
export const paceSchema = z.object({
  maxParallel: z.int().positive(),
  /** Begins with one host and doubles after each round that went well. */
  slowStart: z.boolean(),
  soakMs: z.int().min(0),
  /** More failures than this halt. */
  maxFailures: limit,
  /** More unreachable hosts than this halt. */
  maxUnreachable: limit,
  /** So many failures without a healthy host between them halt. */
  consecutiveFailures: z.int().positive().nullable(),
  /** Halts when hosts are in flight and none turned healthy for so long. */
  progressDeadlineMs: z.int().positive().nullable(),
  approval: z.enum(approvalGates),
  onFailure: z.enum(onFailurePolicies),
});

export const stageSchema = z.object({
  /** "canary", "10%", "5 hosts", "all". */
  name: z.string(),
  canary: z.boolean(),
  /** Never empty; in the order in which they start. */
  hosts: z.array(z.string()).min(1).readonly(),
});

export const laneSchema = z.object({
  /** The strategy's name; unique in the rollout. */
  name: z.string(),
  pace: paceSchema,
  stages: z.array(stageSchema).readonly(),
});

const calendar = z.object({ windows: z.array(z.string()).readonly(), blackouts: z.array(z.string()).readonly() });

const budget = z.object({
  /** The group, or another word for what is shared. */
  name: z.string(),
  max: z.int().positive(),
  /** Slots that hosts outside of this rollout take, such as those of the group that were down before. */
  taken: z.int().min(0),
});

/** What binds single hosts; hosts that nothing binds are not listed. */
const constraint = z.object({
  host: z.string(),
  /** Indexes into `calendars`; all must be open. */
  calendars: z.array(z.int().min(0)).readonly(),
  /** How long the host takes: it only starts when so much, and a tenth more, is left of the window. */
  estimateMs: z.int().min(0),
  /** Indexes into `budgets`; all must have a free slot. */
  budgets: z.array(z.int().min(0)).readonly(),
});

export const rolloutSchema = z.object({
  /** Over all lanes. */
  maxParallel: z.int().positive(),
  /** All hosts that change, in order of rank. */
  order: z.array(z.string()).readonly(),
  /** Every host of `order` is in one stage of one lane. */
  lanes: z.array(laneSchema).readonly(),
  calendars: z.array(calendar).readonly(),
  budgets: z.array(budget).readonly(),
  constraints: z.array(constraint).readonly(),
});

export type Rollout = z.infer<typeof rolloutSchema>;
export type Lane = z.infer<typeof laneSchema>;
export type Stage = z.infer<typeof stageSchema>;
export type Pace = z.infer<typeof paceSchema>;
export type Budget = z.infer<typeof budget>;
export type HostConstraint = z.infer<typeof constraint>;
