/** The update of a NixOS host: the system that its flake describes now, made live or tried by one boot, and the reboot. */
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import { ok } from "../outcome/result.ts";
import type { Differ } from "../plan/file-diff.ts";
import type { DesiredHost, HostInput } from "../plan/host-input.ts";
import { planHost } from "../plan/host-plan.ts";
import { liveSystem } from "../plan/live-system.ts";
import { bootNotes } from "../plan/nixos-boot.ts";
import type { PlanHost } from "../plan/plan.ts";
import type { BootOnce } from "../reboot/boot-once.ts";
import type { UpdatePolicy } from "./policy.ts";
import { type RebootWish, rebootStep } from "./reboot-step.ts";

export interface NixosUpdate {
  readonly host: ResolvedHost;
  readonly input: HostInput;
  readonly policy: UpdatePolicy;
  readonly wish: RebootWish;
}

export function planNixosUpdate({ host, input, policy, wish }: NixosUpdate, differ: Differ): PlanHost {
  if (!input.observed.ok || !input.desired.ok) return planHost(input, differ);
  const facts = input.observed.value;
  const desired = input.desired.value;
  // What runs already has nothing to be tried.
  const runs = desired.kind === "closure" && desired.system === liveSystem(facts);
  const mode = runs ? "live" : modeFor(host, input, facts, policy);
  const planned = planHost({ ...input, desired: ok(inMode(desired, mode)) }, differ);
  if (planned.action !== "change" && planned.action !== "none") return planned;
  const changes = planned.action === "change";
  if (!wantsReboot(facts, policy, changes && mode === "once")) return planned;
  const step = rebootStep(
    host,
    facts,
    planned.steps.slice(-1).map(({ id }) => id),
    wish,
  );
  const { reason: _reason, ...rest } = planned;
  const reboot = changes && mode === "once" ? trialBy(facts.osUpdates?.bootOnce) : planned.reboot;
  return { ...rest, action: "change", reboot, steps: [...planned.steps, step] };
}

/**
 * What only a boot brings is tried by one boot where the policy reboots, and made the default once the host is well. Without a
 * reboot it becomes live as far as it can, or waits for a boot, as the inventory says.
 */
function modeFor(
  host: ResolvedHost,
  input: HostInput,
  facts: HostFacts,
  policy: UpdatePolicy,
): "live" | "boot" | "once" {
  const live = host.osUpdates.nixos?.autoSwitch === true && host.activation !== "boot";
  if (policy.reboot === "never") return live ? "live" : "boot";
  return live && policy.reboot !== "always" && laterParts(input, facts).length === 0 ? "live" : "once";
}

const wantsReboot = ({ reboot }: HostFacts, policy: UpdatePolicy, tries: boolean): boolean =>
  tries || policy.reboot === "always" || (policy.reboot === "if-needed" && reboot.needed === "yes");

/** What only a boot brings stands in the notes. */
const trialBy = (bootOnce: BootOnce | undefined): PlanHost["reboot"] => ({
  needed: "yes",
  reasons: [
    bootOnce?.can === false
      ? `the new system becomes the default before the reboot, since no boot can try it: ${bootOnce.because}`
      : "one boot tries the new system, and a healthy host keeps it",
  ],
});

const laterParts = ({ nextBoot }: HostInput, { boot }: HostFacts): readonly string[] =>
  nextBoot === undefined || boot === undefined ? [] : bootNotes(boot, nextBoot);

const inMode = (desired: DesiredHost, mode: "live" | "boot" | "once"): DesiredHost =>
  desired.kind === "closure" ? { ...desired, mode } : desired;
