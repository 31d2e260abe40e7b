/** What becomes of a flake.lock with updated inputs once the rollout that was made with it is over. */
import { diagnosed, rolloutTold } from "../domain/outcome/event-bodies.ts";
import type { HostResult, HostStatus } from "../domain/outcome/events.ts";
import { failure } from "../domain/outcome/failure.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { Recorder } from "../engine/recorder.ts";
import type { NixBuilder } from "../ports/nix-builder.ts";

const GONE_WRONG: ReadonlySet<HostStatus> = new Set(["failed", "rolled_back", "unknown"]);

/**
 * Kept where a host runs it and none failed, so that git shows it and the next plan is made with it; a run that only paused goes on
 * with the same inputs. Left alone otherwise.
 */
export async function keepLock(
  plan: Plan,
  results: readonly HostResult[],
  { builder, recorder }: { readonly builder: NixBuilder; readonly recorder: Recorder },
): Promise<void> {
  const { lock } = plan.inputs;
  if (lock === undefined) return;
  const names = lock.inputs.map(({ name }) => name).join(", ");
  if (results.some(({ status }) => GONE_WRONG.has(status))) {
    return recorder.record(diagnosed(left(names, results), "warn"));
  }
  if (!results.some(({ status }) => status === "changed" || status === "held")) return;
  const kept = await builder.keepLock(lock);
  if (!kept.ok) return recorder.record(diagnosed(kept.error));
  await recorder.record(rolloutTold("info", `flake.lock now has the newer ${names}: commit it`));
}

function left(names: string, results: readonly HostResult[]) {
  const changed = results.filter(({ status }) => status === "changed").map(({ name }) => name);
  return failure("nix/lock-left", `flake.lock keeps the older ${names}, since hosts failed with the newer`, {
    ...(changed.length === 0 ? {} : { found: `${changed.join(", ")} run the newer: the next apply takes them back` }),
    next: "correct the cause, then run it again with --update-input",
  });
}
