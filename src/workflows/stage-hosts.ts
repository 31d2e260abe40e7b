/** How the hosts of an apply are rolled out, as far as that is known without a plan. */
import type { Failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { RolloutHost } from "../domain/rollout/assemble-rollout.ts";
import { allAtOnce, rolloutHosts } from "../domain/rollout/strategy.ts";
import type { ApplyRequest } from "./plan-apply.ts";

/** How long a host takes, as far as a window is concerned: copy, activation and confirmation with room to spare. */
const ESTIMATE_MS = 5 * 60_000;

/** Fails with every mistake in the strategies at once. */
export const stageHosts = ({
  inventory,
  hosts,
  rollout,
}: Pick<ApplyRequest, "inventory" | "hosts" | "rollout">): Result<RolloutHost[], readonly Failure[]> =>
  rolloutHosts({
    inventory,
    hosts,
    override: rollout,
    plain: allAtOnce,
    heedInventory: true,
    estimateMs: () => ESTIMATE_MS,
  });
