/** The plan as data: what will happen to which host, and why not. Executed exactly as it stands. */
import { z } from "zod";
import { closureDifferenceSchema } from "../closure/compare.ts";
import { plannedCheckSchema } from "../health/check.ts";
import { lockChangeSchema } from "../nix/lock-file.ts";
import { eventErrorSchema } from "../outcome/event-error.ts";
import { rolloutSchema } from "../rollout/plan-rollout.ts";
import { closureSourceSchema, hostBuildSchema } from "./build-schema.ts";
import { hostHooksSchema, rolloutHooksSchema } from "./hook-schema.ts";
import { hostOsSchema, osUpdateStepFields, rebootStepFields } from "./os-schema.ts";

export const planSchemaName = "nixfleet.plan/1";

const unitAction = z.object({
  name: z.string(),
  action: z.enum(["start", "stop", "restart", "reload", "enable", "disable"]),
  /** Why, in words: "unit file changes", "uses /etc/myapp/config.json". */
  because: z.string().optional(),
  /** The unit was stopped or disabled behind our back. */
  drift: z.enum(["stopped", "disabled"]).optional(),
});

const fileChange = z.object({
  path: z.string(),
  change: z.enum(["add", "modify", "remove"]),
  /** Hunks of a unified diff; absent when content does not change, or is withheld. */
  diff: z.string().optional(),
  /** Why there is no diff: the content may not be shown, is no text, or is too long. */
  withheld: z.enum(["hidden", "binary", "large"]).optional(),
  /** The file on the host is not what the last apply wrote. */
  drift: z.enum(["edited", "missing", "mode"]).optional(),
  /** The file exists, is not ours, and will be taken over with a backup. */
  adopts: z.boolean().optional(),
  /** The file that was taken over comes back, where there was one. */
  restores: z.boolean().optional(),
  /** Mode and ownership where they change, as "0640 root myapp". */
  mode: z.object({ from: z.string(), to: z.string() }).optional(),
});

const directoryChange = z.object({
  path: z.string(),
  change: z.enum(["add", "modify", "remove"]),
  mode: z.object({ from: z.string(), to: z.string() }).optional(),
});

/** Versions as the closure names them; null on the side where the package is not there. Equal ones mean a rebuild. */
const packageChange = z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() });

const accountChange = z.object({
  name: z.string(),
  kind: z.enum(["user", "group"]),
  /** "remove" ends the management; the account itself stays on the host. */
  change: z.enum(["add", "modify", "remove"]),
  /** What is modified, in words: "shell /bin/sh -> /bin/bash". */
  because: z.string().optional(),
});

/** What a step expects to find; a handler refuses when it does not. */
const expectation = z.object({
  system: z.string().nullable(),
  generation: z.int(),
  /** Digest over the hashes of all managed files as found. */
  files: z.string(),
  /** Digest over the names and keyed digests of the secrets in place; absent where there were none. */
  secrets: z.string().optional(),
  /** Only steps that reboot care. */
  bootId: z.string().optional(),
});

/** By digests that are keyed by the host: null before the host has a key. `travels` is false where it has the value. */
const wantedSecrets = z
  .array(z.object({ name: z.string(), digest: z.string().nullable(), travels: z.boolean() }))
  .readonly();

const stepBase = { id: z.string(), needs: z.array(z.string()).readonly(), expect: expectation };

const confirmation = {
  /** A fresh connection has to confirm within this time that the host is reachable and healthy, or it goes back; 0: not asked. */
  confirmMs: z.int().min(0),
  /** What has to be so by then; absent where nothing is checked but units that fail. */
  checks: z.array(plannedCheckSchema).readonly().optional(),
};

/** NixOS: the store path with the system's manifest, which the toplevel has no place for. */
const description = { description: z.string().optional() };

export const stepSchema = z.discriminatedUnion("kind", [
  /** Restricted hosts: installs the host program with this digest. */
  z.object({ ...stepBase, kind: z.literal("program"), sha256: z.string() }),
  z.object({
    ...stepBase,
    kind: z.literal("copy"),
    system: z.string(),
    ...description,
    source: closureSourceSchema.optional(),
    /** The host fetches from its own binary caches first. */
    substitutes: z.boolean().optional(),
  }),
  z.object({ ...stepBase, kind: z.literal("secrets"), system: z.string(), ...description, secrets: wantedSecrets }),
  z.object({
    ...stepBase,
    kind: z.literal("activate"),
    system: z.string(),
    reversible: z.literal(true),
    ...description,
    /** NixOS: "boot" commits for the next boot only, "once" lets one boot try it. Live, when left out. */
    mode: z.enum(["live", "boot", "once"]).optional(),
    /** What has to be in place for the activation to count as done already. */
    secrets: wantedSecrets.optional(),
    ...confirmation,
  }),
  z.object({ ...stepBase, kind: z.literal("remove"), reversible: z.literal(false), ...confirmation }),
  z.object({
    ...stepBase,
    kind: z.literal("run"),
    command: z.string(),
    task: z.string().optional(),
    sudo: z.boolean(),
    timeoutMs: z.int().positive(),
  }),
  z.object({ ...stepBase, ...osUpdateStepFields }),
  z.object({ ...stepBase, ...rebootStepFields }),
]);

export const planActions = ["change", "none", "unreachable", "held", "failed"] as const;
export type PlanAction = (typeof planActions)[number];

export const planHostSchema = z.object({
  name: z.string(),
  base: z.enum(["ubuntu", "debian", "nixos"]),
  action: z.enum(planActions),
  /** Why nothing happens, or what stands in the way. */
  reason: z.string().optional(),
  /** Failure code when action is "failed", "held" or "unreachable". */
  code: z.string().optional(),
  /** The whole failure behind `code`, with what to do next. */
  error: eventErrorSchema.optional(),
  from: z
    .object({ system: z.string().nullable(), generation: z.int(), bootId: z.string(), files: z.string() })
    .nullable(),
  to: z.object({ system: z.string().nullable() }).nullable(),
  files: z.array(fileChange).readonly(),
  directories: z.array(directoryChange).readonly(),
  units: z.array(unitAction).readonly(),
  packages: z.array(packageChange).readonly(),
  users: z.array(accountChange).readonly(),
  secrets: z.array(z.object({ name: z.string(), change: z.enum(["add", "modify", "remove"]) })).readonly(),
  /** Paths that exist, are not ours, and are not to be adopted: they hold the host. */
  conflicts: z.array(z.object({ path: z.string(), found: z.string() })).readonly(),
  /** What the distribution has in store for the host, whether this plan installs it or not. */
  pendingUpdates: z.object({ pending: z.int(), security: z.int() }).optional(),
  /** Updates of the operating system, where they were looked at. */
  os: hostOsSchema.optional(),
  reboot: z.object({ needed: z.enum(["yes", "no", "unknown"]), reasons: z.array(z.string()).readonly() }),
  /** Where the closure was built; absent where nothing is built. */
  build: hostBuildSchema.optional(),
  /** How the closure differs from what the host runs; absent where it was not compared. */
  closure: closureDifferenceSchema.optional(),
  /** What a person should know and a machine need not act on. */
  notes: z.array(z.string()).readonly(),
  /** Commands around the steps; absent where there are none. */
  hooks: hostHooksSchema.optional(),
  steps: z.array(stepSchema).readonly(),
});

export const planSchema = z.object({
  schema: z.literal(planSchemaName),
  /** sha256 over the canonical JSON of all but `id` and `createdAt`. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  verb: z.enum(["apply", "rollback", "remove", "run", "os-update", "reboot"]),
  tool: z.object({ name: z.literal("nixfleet"), version: z.string() }),
  inputs: z.object({
    flake: z.string().nullable(),
    revision: z.string().nullable(),
    dirty: z.boolean(),
    inventoryDigest: z.string(),
    selection: z.array(z.string()).readonly(),
    /** The flake.lock with updated inputs that this plan was made with. */
    lock: lockChangeSchema.optional(),
  }),
  rollout: rolloutSchema,
  /** Commands around the rollout; absent where there are none, or nothing changes. */
  hooks: rolloutHooksSchema.optional(),
  hosts: z.array(planHostSchema).readonly(),
  summary: z.object({
    change: z.int(),
    none: z.int(),
    unreachable: z.int(),
    held: z.int(),
    failed: z.int(),
  }),
});

export type Plan = z.infer<typeof planSchema>;
export type PlanHost = z.infer<typeof planHostSchema>;
export type PlanVerb = Plan["verb"];
export type Step = z.infer<typeof stepSchema>;
export type StepExpectation = z.infer<typeof expectation>;
export type FileChange = z.infer<typeof fileChange>;
export type DirectoryChange = z.infer<typeof directoryChange>;
export type UnitAction = z.infer<typeof unitAction>;
export type PackageChange = z.infer<typeof packageChange>;
export type AccountChange = z.infer<typeof accountChange>;
