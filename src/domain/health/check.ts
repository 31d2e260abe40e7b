/** Health checks as plans hold them: what has to be so on a host, who asks, and with how much patience. */
import { z } from "zod";

const probe = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("unit"), unit: z.string() }),
  z.object({ kind: z.literal("command"), command: z.string() }),
  z.object({ kind: z.literal("http"), url: z.string(), expectStatus: z.int().min(100).max(599) }),
  z.object({ kind: z.literal("tcp"), host: z.string(), port: z.int().min(1).max(65535) }),
]);

export const plannedCheckSchema = z.object({
  name: z.string(),
  /** In Nix, and so part of the closure, or in the inventory, whose checks win over those of the same name. */
  declared: z.enum(["closure", "inventory"]),
  /** Who asks: the host itself, or the machine that runs the CLI. */
  from: z.enum(["host", "deployer"]),
  probe,
  /** Of one try. */
  timeoutMs: z.int().positive(),
  /** Between two tries. */
  intervalMs: z.int().positive(),
  /** So long it has to pass without a break. */
  minHealthyMs: z.int().min(0),
  /** From when the change is live; null for as long as the confirmation is waited for. */
  deadlineMs: z.int().positive().nullable(),
  /** More failed tries in a row than this, and the check has failed. Null: until the deadline; twice while a host soaks. */
  retries: z.int().min(0).nullable(),
});

export type PlannedCheck = z.infer<typeof plannedCheckSchema>;
export type Probe = PlannedCheck["probe"];
/** How patiently a check is asked. */
export type Pace = Pick<PlannedCheck, "intervalMs" | "minHealthyMs" | "deadlineMs" | "retries">;

/** What a check says that says nothing else. A service that starts and dies a second later is not healthy. */
export const USUAL_PACE: Pace = { intervalMs: 1_000, minHealthyMs: 1_000, deadlineMs: null, retries: null };
export const USUAL_TIMEOUT_MS = 5_000;
/** Of a host that soaks: one bad answer may be chance, three are none. */
export const SOAK_RETRIES = 2;

/** Names may stand in arguments and tables of the host program. */
export const CHECK_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
