/** Every setting with what it takes, its default and its meaning, taken from the schema that validates it. */
import { z } from "zod";
import { healthCheckSettings } from "./health-checks.ts";
import { hook, hooks, rolloutHooks } from "./hooks.ts";
import { hostShape, nixosUpdates, ubuntuUpdates } from "./host-settings.ts";
import { fleetSettings, groupMembership, inventorySchema, taskSettings } from "./inventory-schema.ts";
import { rolloutSettings } from "./rollout-settings.ts";
import { expectedOf, unwrapped } from "./walk.ts";

export interface ReferenceSection {
  readonly title: string;
  readonly settings: readonly ReferenceSetting[];
}

interface ReferenceSetting {
  readonly key: string;
  /** What it takes. */
  readonly takes: string;
  /** Empty for what has to be written. */
  readonly standard: string;
  readonly meaning: string;
}

export function inventoryReference(): readonly ReferenceSection[] {
  return [
    section("The file", inventorySchema.shape),
    section("fleet", fleetSettings.shape),
    section("fleet.hooks", rolloutHooks.shape),
    section("Settings of hosts, groups and defaults", hostShape),
    section("groups.NAME", groupMembership),
    section("osUpdates.ubuntu", ubuntuUpdates.shape),
    section("osUpdates.nixos", nixosUpdates.shape),
    section("hooks", hooks.shape),
    section("A hook", shapeOf(hook)),
    section("healthChecks.NAME", shapeOf(healthCheckSettings)),
    section("rollouts.NAME", shapeOf(rolloutSettings)),
    section("tasks.NAME", shapeOf(taskSettings)),
  ];
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function section(title: string, shape: Shape): ReferenceSection {
  return { title, settings: Object.entries(shape).map(([key, schema]) => settingOf(key, schema)) };
}

/** A description ends with "Default: …." where there is a default. */
function settingOf(key: string, schema: z.core.$ZodType): ReferenceSetting {
  const description = z.globalRegistry.get(schema)?.description ?? "";
  const [, meaning = "", standard = ""] = /^(.*?)(?: Default: (.*)\.)?$/s.exec(description) ?? [];
  return { key, takes: expectedOf(schema) ?? "a map", standard, meaning };
}

/** The map behind refinements and transforms. */
function shapeOf(schema: z.core.$ZodType): Shape {
  if (schema instanceof z.core.$ZodObject) return schema._zod.def.shape;
  const inner = unwrapped(schema);
  return inner === undefined ? {} : shapeOf(inner);
}
