/** Rollout strategies: in which order, at which pace, and what happens when hosts fail. */
import { z } from "zod";
import { notRising } from "../../rollout/amount.ts";
import { onFailurePolicies } from "../../rollout/on-failure.ts";
import { expecting } from "./expectations.ts";
import * as value from "./values.ts";

const DEFAULT_PARALLEL = 10;
const noLimit = expecting(
  "none",
  z.literal("none").transform(() => null),
);
const limit = expecting(
  "a whole number, a percentage such as 10%, or none",
  z.union([value.count.clone().transform((count) => ({ count })), value.percentage, noLimit]),
);

const stagesSetting = expecting("a list of stages such as [1, 10%, 100%]", z.array(value.stage).min(1))
  .default([{ percent: 100 }])
  .describe("Numbers of hosts and percentages, cumulative. The last stage is always all hosts. Default: [100%].");

const canary = expecting(
  "auto, none, a number of hosts, or host patterns",
  z.union([
    z.enum(["auto", "none"]).transform((kind) => ({ kind })),
    z
      .int()
      .min(1)
      .transform((count) => ({ kind: "count" as const, count })),
    value.oneOrMany("a host pattern, or a list of them", value.text.clone()).transform((patterns) => ({
      kind: "hosts" as const,
      patterns,
    })),
  ]),
).describe(
  "Hosts that go first, alone, and all have to be healthy: `auto` takes those tagged `canary`, or else one of each class (base, system and roles); or so many; or those that patterns match. They count towards the first stages. Default: auto with several stages, none with one.",
);

const shape = {
  stages: stagesSetting,
  canary: z.exactOptional(canary).describe(z.globalRegistry.get(canary)?.description ?? ""),
  soak: value.duration.default(0).describe("How long a stage has to stay healthy before the next starts. Default: 0s."),
  maxParallel: expecting(
    "a whole number, 1 or more, or a percentage such as 10%",
    z.union([value.positiveCount.clone().transform((count) => ({ count })), value.percentage]),
  )
    .default({ count: DEFAULT_PARALLEL })
    .describe("How many hosts at once; a percentage rounds down, to 1 at least. Default: 10."),
  slowStart: value.flag
    .clone()
    .default(false)
    .describe("Begin with one host at once, and double that after each round that went well. Default: false."),
  maxFailures: z
    .exactOptional(limit)
    .describe(
      "More failures than this, over all stages, halt the rollout; a percentage rounds down. A failed canary always halts. Default: 0, or none with `onFailure: continue`.",
    ),
  maxUnreachable: z
    .exactOptional(limit)
    .describe("The same for hosts that turn unreachable on the way. Default: 10%, or none with `onFailure: continue`."),
  consecutiveFailures: z
    .exactOptional(value.positiveCount.clone())
    .describe("So many failures one after another halt the rollout, whatever else is allowed. Default: no such limit."),
  progressDeadline: z
    .exactOptional(value.timeout.clone())
    .describe("Halts when hosts are at work and none turned healthy for so long. Default: no deadline."),
  approval: expecting("none, after-canary or each-stage", z.enum(["none", "after-canary", "each-stage"]))
    .default("none")
    .describe(
      "Before which stages a person has to agree: `after-canary`, or `each-stage` after the first. Default: none.",
    ),
  onFailure: expecting("rollback, rollback-stage, rollback-all, stop or continue", z.enum(onFailurePolicies))
    .default("rollback")
    .describe(
      "`rollback` puts back failed hosts; when the rollout halts, `rollback-stage` also puts back the hosts of that stage, `rollback-all` all hosts of the run. `stop` and `continue` leave failed hosts as they are; `continue` goes on. Default: rollback.",
    ),
  windows: z
    .exactOptional(
      value.oneOrMany('a window such as "Mon..Thu 09:00-16:00 Europe/Berlin", or a list of windows', value.window),
    )
    .describe("When hosts may start to change: `DAYS HH:MM-HH:MM ZONE`, one or several. Default: any time."),
  blackouts: z
    .exactOptional(
      value.oneOrMany('a range such as "2026-12-20/2027-01-03 Europe/Berlin", or a list of ranges', value.blackout),
    )
    .describe("When no host may start, whatever the windows say. Default: never."),
};

export const rolloutSettings = z
  .strictObject(shape)
  .superRefine(({ stages: typed }, context) => checkStagesRise(typed, context))
  .transform(({ soak, progressDeadline, ...rest }) => {
    const goesOn = rest.onFailure === "continue";
    const stages = endingWithAll(rest.stages);
    return {
      ...rest,
      stages,
      canary: rest.canary ?? { kind: stages.length > 1 ? ("auto" as const) : ("none" as const) },
      soakMs: soak,
      maxFailures: rest.maxFailures === undefined ? (goesOn ? null : { count: 0 }) : rest.maxFailures,
      maxUnreachable: rest.maxUnreachable === undefined ? (goesOn ? null : { percent: 10 }) : rest.maxUnreachable,
      consecutiveFailures: rest.consecutiveFailures ?? null,
      progressDeadlineMs: progressDeadline ?? null,
      windows: rest.windows ?? [],
      blackouts: rest.blackouts ?? [],
    };
  });

type Stage = z.output<typeof value.stage>;

/** The last stage is all hosts, written or not. */
export function endingWithAll(typed: readonly Stage[]): readonly Stage[] {
  const last = typed.at(-1);
  return last !== undefined && "percent" in last && last.percent === 100 ? typed : [...typed, { percent: 100 }];
}

function checkStagesRise(typed: readonly Stage[], context: z.RefinementCtx): void {
  // A stage that is itself no good still comes by, as it was written, and was complained about.
  if (typed.some((stage) => typeof stage !== "object")) return;
  const index = notRising(typed);
  if (index !== undefined) context.addIssue({ code: "custom", path: ["stages", index], message: NOT_RISING });
}

const NOT_RISING = "stages are cumulative, so each is larger than the one before";
