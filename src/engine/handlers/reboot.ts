/** Reboots a host: carries out what the reboot machine says, phase by phase. */
import type { BootId } from "../../domain/ids.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { phaseProgressed } from "../../domain/outcome/event-bodies.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import type { Step } from "../../domain/plan/plan.ts";
import { advance, beginReboot, type RebootEvent, type RebootState, resumeAt } from "../../domain/reboot/machine.ts";
import type { RebootNeed } from "../../domain/reboot/need.ts";
import { endSlot, giveSlotBack, runAfterHooks, runBeforeHooks, takeSlot, undoBeforeHooks } from "../reboot/around.ts";
import { isKept, type Reboot } from "../reboot/context.ts";
import { askNeed, isDue } from "../reboot/need.ts";
import { waitForQuiet } from "../reboot/quiet.ts";
import { issue, recheck, waitUntilDown, waitUntilUp } from "../reboot/restart.ts";
import { soak, verify } from "../reboot/verify.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

type RebootStep = Extract<Step, { kind: "reboot" }>;

export async function rebootHost(step: RebootStep, context: StepContext): Promise<StepOutcome> {
  const host = context.session.host.name;
  const need = await askNeed(context);
  if (!need.ok) return { kind: "failed", error: { ...need.error, host } };
  const { failedTrial: _earlier, ...now } = need.value;
  const { open } = now;
  const reboot = { step, context, need: now, baseline: baselineOf(context.before, now), undos: [] };
  if (await isDue(step, now, context)) return proceed(beginReboot(isKept(reboot)), reboot);
  return open === undefined
    ? { kind: "already-done" }
    : proceed(resumeAt("up", open.moved), since(open.bootId, { ...reboot, need: need.value }));
}

/** What came of an earlier reboot is judged by how the host was before that one, not by how it has been since. */
function baselineOf(before: HostFacts | undefined, { open }: RebootNeed): HostFacts | undefined {
  if (before === undefined || open === undefined) return before;
  return { ...before, failedUnits: { kind: "known", value: open.failedBefore } };
}

/** The host had this boot id when it was told to reboot. */
const since = (bootId: BootId, reboot: Reboot): Reboot => ({
  ...reboot,
  step: { ...reboot.step, expect: { ...reboot.step.expect, bootId } },
});

/** The host was told to reboot by an earlier process, when it had the boot id `from`. */
export function followReboot(step: RebootStep, from: BootId, context: StepContext): Promise<StepOutcome> {
  // What was the reason is gone with the reboot, or will be found again when the host is verified.
  const need = { state: "yes", reasons: [] } as const;
  return proceed(resumeAt("down", false), since(from, { step, context, need, baseline: context.before, undos: [] }));
}

async function proceed(from: RebootState, reboot: Reboot): Promise<StepOutcome> {
  const { context } = reboot;
  const host = context.session.host.name;
  let state = from;
  while (state.kind === "at") {
    await context.recorder.record(phaseProgressed("reboot", PHASE_WORDS[state.phase], { host }));
    state = advance(state, await perform(state.phase, reboot));
  }
  if (state.kind === "done") return { kind: "done" };
  if (state.slot === "kept") context.rebootSlots.keep(host);
  return { kind: "failed", error: { ...state.error, host } };
}

type Phase = Extract<RebootState, { kind: "at" }>["phase"];

async function perform(phase: Phase, reboot: Reboot): Promise<RebootEvent> {
  const outcome = await WORK[phase](reboot);
  if (outcome.ok) return { kind: "ok" };
  return { kind: isUnknown(outcome.error) ? "unknown" : "failed", error: outcome.error };
}

/** The answer was lost: the order may have arrived. */
const isUnknown = ({ code }: Failure): boolean =>
  code === "host/cut-off" || code === "transport/lost" || code === "transport/command-timeout";

const WORK: Readonly<Record<Phase, (reboot: Reboot) => ReturnType<typeof takeSlot>>> = {
  quiet: waitForQuiet,
  slot: takeSlot,
  before: runBeforeHooks,
  recheck,
  issue,
  down: waitUntilDown,
  up: waitUntilUp,
  verify,
  after: runAfterHooks,
  soak,
  release: endSlot,
  undo: undoBeforeHooks,
  "give-back": giveSlotBack,
};

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  quiet: "looking whether it disturbs somebody",
  slot: "waiting for a slot of the reboot budget",
  before: "taking the host out of service",
  recheck: "checking window and boot files",
  issue: "telling the host to reboot",
  down: "waiting for the host to go down",
  up: "waiting for the host to come back",
  verify: "checking the host after its reboot",
  after: "putting the host back into service",
  soak: "watching whether it stays up",
  release: "giving the slot back",
  undo: "putting the host back into service without a reboot",
  "give-back": "giving the slot back",
};
