/** What a closure manages, as its `manifest.json` lists it. The planner diffs manifests, not operating systems. */
import { z } from "zod";
import { managedSecretSchema } from "./secrets.ts";

const absolutePath = z
  .string()
  .regex(/^\/[^\t\n\0]*[^/\t\n\0]$/, "an absolute path without trailing slash, tab or newline");
const mode = z.string().regex(/^0[0-7]{3}$/, "four octal digits, the first 0");
const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/);
const unitName = z
  .string()
  .regex(/^[A-Za-z0-9:_.\\@-]{1,240}\.(service|socket|timer|path|target|mount|automount|swap|slice)$/);
const unitNames = z.array(unitName).readonly();

export const managedFileSchema = z.object({
  path: absolutePath,
  mode,
  owner: accountName,
  group: accountName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Where the content lies in the store. */
  source: z.string().startsWith("/nix/store/"),
  /** Take over a file that exists and is not ours: back it up, and restore it on removal. */
  adopt: z.boolean(),
  restartUnits: unitNames,
  reloadUnits: unitNames,
});

export const managedDirectorySchema = z.object({ path: absolutePath, mode, owner: accountName, group: accountName });

export const managedUnitSchema = z.object({
  name: unitName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  source: z.string().startsWith("/nix/store/"),
  /** Enabled for the next boot and started now; a template unit (`x@.service`) is neither. */
  enabled: z.boolean(),
  /** What a changed unit file, or a changed file that names this unit, leads to while the unit is active. */
  onChange: z.enum(["restart", "reload", "none"]),
});

export const managedUserSchema = z.object({
  name: accountName,
  uid: z.int().min(0).max(4294967294).nullable(),
  group: accountName,
  extraGroups: z.array(accountName).readonly(),
  home: absolutePath,
  createHome: z.boolean(),
  shell: absolutePath,
  system: z.boolean(),
  description: z.string().regex(/^[^\t\n:\0]*$/),
});

export const managedGroupSchema = z.object({
  name: accountName,
  gid: z.int().min(0).max(4294967294).nullable(),
  system: z.boolean(),
});

export const managedPackageSchema = z.object({
  name: z.string().min(1),
  version: z.string(),
  path: z.string().startsWith("/nix/store/"),
});

const seconds = z.number().positive();
const check = {
  name: z.string(),
  /** Of one try. */
  timeoutSeconds: seconds,
  /** How patiently; manifests of earlier versions have none of these. */
  from: z.enum(["host", "deployer"]).optional(),
  intervalSeconds: seconds.optional(),
  minHealthySeconds: z.number().min(0).optional(),
  deadlineSeconds: seconds.nullable().optional(),
  retries: z.int().min(0).nullable().optional(),
};
export const healthCheckSchema = z.discriminatedUnion("kind", [
  z.object({ ...check, kind: z.literal("unit"), unit: unitName }),
  z.object({ ...check, kind: z.literal("command"), command: z.string() }),
  z.object({
    ...check,
    kind: z.literal("http"),
    /** May have `{addr}` and `{host}` for the host's address and name. */
    url: z.string().regex(/^https?:\/\/[^\s]+$/),
    expectStatus: z.int().min(100).max(599),
  }),
  z.object({ ...check, kind: z.literal("tcp"), host: z.string(), port: z.int().min(1).max(65535) }),
]);

const signedHookSchema = z.object({ run: z.string(), timeoutSeconds: seconds });
const signedTaskSchema = signedHookSchema.extend({ name: z.string(), sudo: z.boolean() });

export const manifestSchema = z.object({
  format: z.literal(1),
  host: z.string(),
  base: z.enum(["ubuntu", "debian", "nixos"]),
  system: z.string(),
  files: z.array(managedFileSchema).readonly(),
  directories: z.array(managedDirectorySchema).readonly(),
  units: z.array(managedUnitSchema).readonly(),
  users: z.array(managedUserSchema).readonly(),
  groups: z.array(managedGroupSchema).readonly(),
  packages: z.array(managedPackageSchema).readonly(),
  /** Manifests of earlier versions have none. */
  secrets: z.array(managedSecretSchema).readonly().default([]),
  healthChecks: z.array(healthCheckSchema).readonly(),
  /** Restricted hosts: commands that they run when they are named, and no others. */
  tasks: z.exactOptional(z.array(signedTaskSchema).readonly()),
  hooks: z.exactOptional(z.array(signedHookSchema).readonly()),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManagedFile = z.infer<typeof managedFileSchema>;
export type ManagedUnit = z.infer<typeof managedUnitSchema>;
export type HealthCheck = z.infer<typeof healthCheckSchema>;
