/** Hooks as a plan holds them: commands around what happens to a host. */
import { z } from "zod";

export const hookSchema = z.object({
  run: z.string(),
  /** `local`, `remote` or `delegate:HOST`. */
  where: z.string().regex(/^(local|remote|delegate:.+)$/),
  timeoutMs: z.int().positive(),
  onFailure: z.enum(["fail", "warn"]),
  /** Takes the command back, at the same place; noted before the command runs. */
  undo: z.string().optional(),
});

const hooks = z.array(hookSchema).readonly();

/** Around the steps of one host. */
export const hostHooksSchema = z.object({ preApply: hooks, postApply: hooks, onFailure: hooks });

const localHooks = z.array(z.object({ run: z.string(), timeoutMs: z.int().positive() })).readonly();

/** Around the whole rollout, on the machine of the CLI. */
export const rolloutHooksSchema = z.object({ preRollout: localHooks, onHalt: localHooks, postRollout: localHooks });

export type PlanHook = z.infer<typeof hookSchema>;
export type HostHooks = z.infer<typeof hostHooksSchema>;
export type PlanLocalHook = RolloutHooks["preRollout"][number];
export type RolloutHooks = z.infer<typeof rolloutHooksSchema>;
