/** The plans of `os-update` and `reboot`. Pure: same inputs, same bytes. */
import type { HostUpdates } from "../apt/updates.ts";
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostFacts, OpenReboot } from "../observation/facts.ts";
import type { Result } from "../outcome/result.ts";
import { sealPlan } from "../plan/assemble.ts";
import { type Differ, memoizingDiffer } from "../plan/file-diff.ts";
import { blankHost, refusedHost, seenHost } from "../plan/host-frame.ts";
import { withHooks } from "../plan/host-hooks.ts";
import type { HostInput, PlanRequest } from "../plan/host-input.ts";
import type { Plan, PlanHost } from "../plan/plan.ts";
import { occupiedBy } from "../plan/preflight.ts";
import { kernelTrialNotes } from "../reboot/boot-once.ts";
import { hostOs, rebootAfter } from "./host-os.ts";
import { lastInstant, manifestTooOld } from "./manifest-age.ts";
import { planNixosUpdate } from "./nixos.ts";
import { kernelsInTheWay, repairsSomething, updateObstacle } from "./obstacles.ts";
import type { UpdatePolicy } from "./policy.ts";
import { type RebootWish, rebootStep } from "./reboot-step.ts";
import { updateSteps } from "./steps.ts";
import { withUnlikeVersions } from "./unlike-versions.ts";
import { updateNotes } from "./update-notes.ts";

export interface OsUpdateInput {
  readonly host: ResolvedHost;
  readonly observed: Result<HostFacts>;
  readonly updates: Result<HostUpdates>;
  readonly policy: UpdatePolicy;
  readonly wish: RebootWish;
  /** The versions come from an earlier run, which installed them at this time. */
  readonly promotedAtMs?: number;
  /** NixOS: what its flake describes; absent where the host could not be looked at. */
  readonly nixos?: HostInput;
}

export interface OsPlanRequest extends Omit<PlanRequest, "verb" | "hosts"> {
  readonly hosts: readonly OsUpdateInput[];
}

export function assembleOsUpdate(request: OsPlanRequest): Plan {
  const differ = memoizingDiffer();
  const planned = request.hosts.map((input) => ({
    release: releaseOf(input.observed),
    plan: withHooks(planUpdate(input, Date.parse(request.createdAt), differ), input.host.hooks, "change"),
  }));
  return sealPlan({ ...request, verb: "os-update" }, withUnlikeVersions(planned));
}

const releaseOf = (observed: Result<HostFacts>): string =>
  observed.ok ? `${observed.value.os.id} ${observed.value.os.codename}` : "";

export interface RebootPlanRequest extends Omit<PlanRequest, "verb" | "hosts"> {
  readonly hosts: readonly Pick<OsUpdateInput, "host" | "observed" | "wish">[];
}

export function assembleReboot(request: RebootPlanRequest): Plan {
  return sealPlan(
    { ...request, verb: "reboot" },
    request.hosts.map((input) => withHooks(planReboot(input), input.host.hooks, "reboot")),
  );
}

function planUpdate(input: OsUpdateInput, nowMs: number, differ: Differ): PlanHost {
  const { host, observed, updates, policy, wish, promotedAtMs } = input;
  const blank = blankHost(host);
  if (!observed.ok) return refusedHost(blank, observed.error);
  if (input.nixos !== undefined) return planNixosUpdate({ host, input: input.nixos, policy, wish }, differ);
  const facts = observed.value;
  const seen = seenHost(blank, facts);
  if (!updates.ok) return refusedHost(seen, updates.error);
  const os = hostOs(updates.value, policy, promotedAtMs !== undefined);
  const chosenAtMs = promotedAtMs ?? nowMs;
  const looked = { ...seen, os, reboot: rebootAfter(facts, os), notes: updateNotes(updates.value) };
  const obstacle =
    occupiedBy(facts) ??
    updateObstacle(updates.value, policy) ??
    manifestTooOld(lastInstant(chosenAtMs, policy.maxManifestAgeMs), nowMs);
  if (obstacle !== undefined) return refusedHost(looked, obstacle);
  const needs = {
    wish,
    chosenAtMs,
    repairs: repairsSomething(updates.value, policy),
    kernels: kernelsInTheWay(updates.value, policy),
  };
  const steps = updateSteps(host, facts, os, policy, needs);
  if (steps.length === 0) return { ...looked, action: "none", reason: reasonToRest(looked) };
  return { ...looked, action: "change", steps };
}

function planReboot({ host, observed, wish }: RebootPlanRequest["hosts"][number]): PlanHost {
  const blank = blankHost(host);
  if (!observed.ok) return refusedHost(blank, observed.error);
  const facts = observed.value;
  const seen = seenHost(blank, facts);
  const obstacle = occupiedBy(facts);
  if (obstacle !== undefined) return refusedHost(seen, obstacle);
  const open = facts.osUpdates?.openReboot ?? null;
  // What is unknown here the host is asked in detail before it is rebooted.
  if (wish.when === "if-needed" && facts.reboot.needed === "no" && open === null) {
    return { ...seen, action: "none", reason: "no reboot is needed" };
  }
  const notes = [
    ...seen.notes,
    ...kernelTrialNotes(facts.osUpdates?.bootOnce, facts.reboot.reasons),
    ...(open === null ? [] : [notProven(open)]),
  ];
  return { ...seen, action: "change", notes, steps: [rebootStep(host, facts, [], wish)] };
}

const notProven = ({ run }: OpenReboot): string =>
  `the host is not well since the reboot of ${run}: it keeps its slots until it is`;

function reasonToRest({ os, reboot }: PlanHost): string {
  const kept = (os?.keptBack ?? []).filter(({ why }) => why !== "selection").length;
  const none = os?.selection === "security" ? "no security updates" : "no updates";
  const rest = kept === 0 ? none : `${none}; ${kept} kept back`;
  return reboot.needed === "yes" ? `${rest}; a reboot is needed` : rest;
}
