/** What `nixfleet status` reports. */
import { z } from "zod";
import { unattendedOutcomes, unattendedTimers } from "../apt/unattended.ts";
import { eventErrorSchema } from "../outcome/event-error.ts";

export const statusSchemaName = "nixfleet.status/1";

export const statusHostSchema = z.object({
  name: z.string(),
  base: z.enum(["ubuntu", "debian", "nixos"]),
  reachable: z.boolean(),
  /** Why nothing is known of it. */
  error: eventErrorSchema.optional(),
  system: z.string().nullable(),
  committed: z.string().nullable(),
  generation: z.int().nullable(),
  appliedAt: z.string().nullable(),
  appliedBy: z.string().nullable(),
  revision: z.string().nullable(),
  ageDays: z.number().nullable(),
  /** Whether the host runs what the fleet describes now; null when that was not evaluated. */
  upToDate: z.boolean().nullable(),
  bootedSystem: z.string().nullable(),
  rebootNeeded: z.object({ state: z.enum(["yes", "no", "unknown"]), reasons: z.array(z.string()) }),
  failedUnits: z.array(z.string()),
  health: z.array(
    z.object({ name: z.string(), state: z.enum(["healthy", "unhealthy", "unknown"]), reason: z.string().optional() }),
  ),
  drift: z.array(
    z.object({
      path: z.string(),
      kind: z.enum([
        "edited",
        "missing",
        "mode",
        "unit-edited",
        "unit-missing",
        "unit-stopped",
        "unit-disabled",
        "secret-missing",
      ]),
    }),
  ),
  /** `held` counts all that the host's own rules keep back. Null when it is not known. */
  osUpdates: z.object({ pending: z.int(), security: z.int(), held: z.int() }).nullable(),
  /** The last update by nixfleet. */
  lastOsUpdate: z.object({ at: z.string(), run: z.string(), ok: z.boolean(), packages: z.int() }).nullable().optional(),
  /** Updated, and not rebooted since. */
  rebootDebt: z.object({ since: z.string(), days: z.number() }).nullable().optional(),
  /** Outcomes of unattended-upgrades; null where it is not installed. */
  unattended: z
    .object({
      ranAt: z.string().nullable(),
      outcome: z.enum(unattendedOutcomes),
      /** Whether apt is told to run it; null where the host did not say. */
      scheduled: z.boolean().nullable(),
      timer: z.enum(unattendedTimers),
      keptBack: z.array(z.string()),
      trouble: z.array(z.string()),
    })
    .nullable()
    .optional(),
  /** Units that run the code of before an update; empty, too, where needrestart is not installed. */
  oldCode: z.array(z.string()).optional(),
  disk: z.array(z.object({ mount: z.string(), freeBytes: z.number(), totalBytes: z.number(), freeInodes: z.number() })),
  nixVersion: z.string().nullable(),
  kernel: z.string().nullable(),
  osRelease: z.string().nullable(),
  lock: z
    .object({
      run: z.string(),
      owner: z.string(),
      reason: z.string(),
      acquiredAt: z.string(),
      expiresAt: z.string(),
      expired: z.boolean(),
    })
    .nullable(),
  /** The run whose activation is going on right now. */
  activation: z.string().nullable(),
});

export const statusSchema = z.object({ schema: z.literal(statusSchemaName), hosts: z.array(statusHostSchema) });

export type Status = z.infer<typeof statusSchema>;
export type StatusHost = z.infer<typeof statusHostSchema>;
