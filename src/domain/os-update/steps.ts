/** The steps of an update: packages, then a reboot where the policy wants one. */
import { manifestOverlay } from "../apt/overlay.ts";
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { PlanHost, Step } from "../plan/plan.ts";
import { expectationOf } from "../plan/steps.ts";
import { lastInstant } from "./manifest-age.ts";
import type { UpdatePolicy } from "./policy.ts";
import { type RebootWish, rebootStep } from "./reboot-step.ts";

export interface UpdateCircumstances {
  readonly wish: RebootWish;
  /** There is something half installed that the policy wants to be finished. */
  readonly repairs: boolean;
  /** When the versions were chosen: now, or when the run whose versions are promoted installed them. */
  readonly chosenAtMs: number;
  /** Packages of old kernels that make room for a new one. */
  readonly kernels: readonly string[];
}

/** None when there is nothing to update and no reboot to be made. */
export function updateSteps(
  host: ResolvedHost,
  facts: HostFacts,
  os: NonNullable<PlanHost["os"]>,
  policy: UpdatePolicy,
  { wish, repairs, chosenAtMs, kernels }: UpdateCircumstances,
): Step[] {
  const approved = os.updates.map(({ name, from, to }) => ({ name, from, to }));
  const update: Step = {
    id: `${host.name}/os-update`,
    kind: "os-update",
    needs: [],
    expect: expectationOf(facts),
    approved,
    ...(kernels.length === 0 ? {} : { kernels }),
    overlay: manifestOverlay(approved),
    phasing: policy.phasing,
    repair: policy.repair,
    staleIndexes: policy.staleIndexes,
    notAfter: lastInstant(chosenAtMs, policy.maxManifestAgeMs),
    reversible: false,
  };
  const updates = approved.length === 0 && !repairs ? [] : [update];
  const mayReboot =
    policy.reboot === "always" ||
    (policy.reboot === "if-needed" && (updates.length > 0 || facts.reboot.needed === "yes"));
  if (!mayReboot) return updates;
  return [
    ...updates,
    rebootStep(
      host,
      facts,
      updates.map(({ id }) => id),
      wish,
    ),
  ];
}
