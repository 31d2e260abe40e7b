/** What happens to a rollout. These are facts: the machine takes each as it is, and their list, with times, is its journal. */
import { z } from "zod";
import { hostStatuses } from "../outcome/events.ts";

/** How long the run waits when nothing but a window, or an approval, is missing; null means as long as it takes. */
const patience = { windowPatienceMs: z.int().min(0).nullable(), approvalPatienceMs: z.int().min(0).nullable() };

export const rolloutEventSchema = z.discriminatedUnion("type", [
  /** The first event. */
  z.object({ type: z.literal("begun"), ...patience }),
  /** Another process goes on with the rollout, or the same one after it was paused. */
  z.object({
    type: z.literal("resumed"),
    ...patience,
    /**
     * What becomes of a halt: "no" leaves it, "continue" goes on with the hosts that were not started, "retry-failed" with the
     * failed ones too. Both forgive the failures so far.
     */
    lift: z.enum(["no", "continue", "retry-failed"]),
    /** Only what is in flight comes to its end; nobody starts. */
    only: z.literal("in-flight").optional(),
  }),
  /** Time went by. */
  z.object({ type: z.literal("tick") }),
  /** Recorded before anything is done to the host. */
  z.object({ type: z.literal("host-started"), host: z.string() }),
  z.object({
    type: z.literal("host-finished"),
    host: z.string(),
    status: z.enum(hostStatuses),
    /** All its health checks passed; a host without any is healthy when its activation was. */
    healthy: z.boolean(),
    /** It no longer runs what it ran before, so there is something to roll back. */
    changed: z.boolean(),
  }),
  /** Answers a check-health command. */
  z.object({ type: z.literal("health-checked"), lane: z.string(), unhealthy: z.array(z.string()).readonly() }),
  /** Answers a roll-back command; `ok` when the host is back on what it ran before. */
  z.object({ type: z.literal("host-rolled-back"), host: z.string(), ok: z.boolean() }),
  /** The stages up to this one, counted from 0, may begin. */
  z.object({ type: z.literal("approved"), lane: z.string(), stage: z.int().min(0), by: z.string() }),
  /** The operator's signals: "drain" starts nothing more, "detach" leaves even what is in flight. */
  z.object({ type: z.literal("interrupted"), how: z.enum(["drain", "detach"]) }),
]);

export type RolloutEvent = z.infer<typeof rolloutEventSchema>;

/** An event with the milliseconds since the epoch at which the machine took it. */
export const journalEntrySchema = z.object({ at: z.number(), event: rolloutEventSchema });
export type JournalEntry = Readonly<z.infer<typeof journalEntrySchema>>;
