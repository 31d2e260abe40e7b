/** Around the reboot: slots of the budgets, and hooks that take the host out of service and back. */
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { calendarOf, closesAt } from "../../domain/windows/calendar.ts";
import { runHooks, undoHooks } from "../hooks.ts";
import { oldBootId, type Reboot } from "./context.ts";
import { windowShut } from "./window.ts";

const STORE_TIMEOUT_MS = 60_000;

export async function takeSlot(reboot: Reboot): Promise<Result<void>> {
  const { step, context } = reboot;
  const { clock, rebootSlots, session, interruption } = context;
  const shut = windowShut(step, clock.now());
  if (shut !== undefined) return err(shut);
  if (step.budgets.length === 0) return ok(undefined);
  const closes = closesAt(calendarOf(step.window, step.blackouts), clock.now()) ?? clock.now();
  const deadlineMs = Math.min(clock.now() + step.slotMs, closes - step.estimateMs);
  const taken = await rebootSlots.acquire(session.host.name, step.budgets, {
    deadlineMs,
    signal: interruption.draining,
  });
  if (!taken.ok) return taken;
  // The wait may have used the window up; then the slot is somebody else's.
  const shutNow = windowShut(step, clock.now());
  if (shutNow === undefined) return taken;
  await giveSlotBack(reboot);
  return err(shutNow);
}

/** Also when a signal came: what was held has to be given back. */
export function giveSlotBack({ step, context }: Reboot): Promise<Result<void>> {
  return context.rebootSlots.release(context.session.host.name, step.budgets, AbortSignal.timeout(STORE_TIMEOUT_MS));
}

export const runBeforeHooks = (reboot: Reboot): Promise<Result<void>> =>
  runHooks(reboot.step.hooks.before, occasion("preReboot", reboot), reboot.context, reboot.undos);

export const runAfterHooks = (reboot: Reboot): Promise<Result<void>> =>
  runHooks(reboot.step.hooks.after, occasion("postReboot", reboot), reboot.context);

/** Back into service without a reboot: what the hooks say themselves, then what would have followed the reboot. */
export async function undoBeforeHooks(reboot: Reboot): Promise<Result<void>> {
  await undoHooks(reboot.undos, occasion("undo", reboot), reboot.context);
  return runAfterHooks(reboot);
}

const occasion = (stage: string, reboot: Reboot) => ({
  stage,
  phase: "reboot" as const,
  more: { oldBootId: oldBootId(reboot), reason: reboot.need.reasons.join("; ") },
});
