/** The inventory file: one schema for the validator, the editors' JSON Schema and the reference in docs. */
import { z } from "zod";
import { expecting } from "./expectations.ts";
import { hostSettings, hostShape } from "./host-settings.ts";
import * as value from "./values.ts";

const setting = <S extends z.ZodType>(schema: S, meaning: string) => z.exactOptional(schema).describe(meaning);

export const fleetSettings = z.strictObject({
  flake: setting(
    expecting("a folder, or a flake reference such as github:owner/repo", z.string().regex(/^[^\s#-][^\s#]*$/)),
    "The flake that describes the hosts: a folder, relative to the project, or a reference. Default: the project.",
  ),
  signingKey: setting(value.path, "File with the fleet's secret signing key, made by `nixfleet keys generate`."),
  publicKeys: setting(
    value.oneOrMany("a public signing key, name:base64, or a list of them", value.signingPublicKey),
    "Public keys that the fleet's hosts trust. Default: none.",
  ),
});

/** What groups have beside the settings for their hosts. */
export const groupMembership = {
  hosts: setting(
    expecting("a list of host names or globs", z.array(value.text)),
    "Members: host names and globs such as `web-*`.",
  ),
  children: setting(
    expecting("a list of group names", z.array(value.text)),
    "Groups inside this one; their hosts belong to it too, and their settings win over its own.",
  ),
};

export const groupSettings = z.strictObject({ ...groupMembership, ...hostShape });

export const rolloutSettings = z
  .strictObject({
    stages: expecting("a list of stages such as [1, 10%, 100%]", z.array(value.stage).min(1))
      .default([{ percent: 100 }])
      .describe("Numbers of hosts and percentages, cumulative. The last stage is always all hosts. Default: [100%]."),
    soak: value.duration
      .default(0)
      .describe("How long a stage has to stay healthy before the next starts. Default: 0s."),
    maxParallel: value.positiveCount.default(10).describe("How many hosts at once. Default: 10."),
    maxFailures: value.count.default(0).describe("More failures than this halt the rollout. Default: 0."),
    onFailure: expecting(
      "rollback, rollback-all, stop or continue",
      z.enum(["rollback", "rollback-all", "stop", "continue"]),
    )
      .default("rollback")
      .describe(
        "`rollback` puts back failed hosts, `rollback-all` all hosts of the run, `stop` starts no further host, `continue` goes on. Default: rollback.",
      ),
  })
  .superRefine(({ stages }, context) => checkStagesRise(stages, context))
  .transform(({ soak, stages, ...rest }) => ({ ...rest, stages: endingWithAll(stages), soakMs: soak }));

export const taskSettings = z
  .strictObject({
    run: value.text.describe("The command, for `sh -c`."),
    sudo: value.flag.default(false).describe("Run as root. Default: false."),
    timeout: value.timeout.default(60_000).describe("Time limit. Default: 60s."),
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }));

const nullable = <S extends z.ZodType>(schema: S) => z.union([schema, z.null().transform(() => ({}))]);
const mapOf = <S extends z.ZodType>(key: z.ZodType<string, string>, schema: S) => z.record(key, schema);

/** The whole file. Its parts are validated one by one, so that one mistake does not hide the others. */
export const inventorySchema = z.strictObject({
  fleet: setting(fleetSettings, "The fleet itself."),
  defaults: setting(hostSettings, "Settings for every host; groups and hosts win over them."),
  groups: setting(mapOf(value.name, nullable(groupSettings)), "Groups by name, with members and settings for them."),
  hosts: mapOf(value.hostName, nullable(hostSettings)).describe("Hosts by name, with their settings."),
  rollouts: setting(mapOf(value.name, rolloutSettings), "Rollout strategies by name."),
  tasks: setting(mapOf(value.name, taskSettings), "Tasks by name, for `nixfleet run … -- task:NAME`."),
});

export type FleetFragment = z.output<typeof fleetSettings>;
export type GroupFragment = z.output<typeof groupSettings>;

type Stage = z.output<typeof value.stage>;

function endingWithAll(stages: readonly Stage[]): readonly Stage[] {
  const last = stages.at(-1);
  return last !== undefined && "percent" in last && last.percent === 100 ? stages : [...stages, { percent: 100 }];
}

function checkStagesRise(stages: readonly Stage[], context: z.RefinementCtx): void {
  const before = { count: 0, percent: 0 };
  for (const [index, stage] of stages.entries()) {
    // A stage that is itself no good still comes by, as it was written.
    if (typeof stage !== "object") continue;
    const [unit, amount] = "count" in stage ? (["count", stage.count] as const) : (["percent", stage.percent] as const);
    if (amount <= before[unit]) context.addIssue({ code: "custom", path: ["stages", index], message: NOT_RISING });
    before[unit] = amount;
  }
}

const NOT_RISING = "stages are cumulative, so each is larger than the one before";
