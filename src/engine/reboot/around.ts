/** Around the reboot: slots of the budgets, and hooks that take the host out of service and back. */
import { diagnosed } from "../../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { calendarOf, closesAt } from "../../domain/windows/calendar.ts";
import { runHooks, undoHooks } from "../hooks.ts";
import { isKept, oldBootId, type Reboot } from "./context.ts";
import { askNeed } from "./need.ts";
import { untilWindow, windowShut } from "./window.ts";

export async function takeSlot(reboot: Reboot): Promise<Result<void>> {
  const { step, context } = reboot;
  const { clock, rebootSlots, session, interruption } = context;
  const shut = await untilWindow(reboot);
  if (shut !== undefined) return err(shut);
  if (step.budgets.length === 0) return ok(undefined);
  const closes = closesAt(calendarOf(step.window, step.blackouts), clock.now()) ?? clock.now();
  const deadlineMs = Math.min(clock.now() + step.slotMs, closes - step.estimateMs);
  const holder = await holderOf(reboot);
  if (!holder.ok) return holder;
  const taken = await rebootSlots.acquire(session.host.name, step.budgets, {
    deadlineMs,
    signal: interruption.draining,
    kept: isKept(reboot),
    debt: step,
    holder: holder.value,
  });
  if (!taken.ok) return taken;
  // The wait may have used the window up; then the slot is somebody else's.
  const shutNow = windowShut(step, clock.now());
  if (shutNow === undefined) return ok(undefined);
  if (!isKept(reboot)) await rebootSlots.release(holder.value, taken.value);
  return err(shutNow);
}

export async function giveSlotBack(reboot: Reboot): Promise<Result<void>> {
  const { step, context } = reboot;
  if (step.budgets.length === 0) return ok(undefined);
  const holder = await holderOf(reboot);
  return holder.ok ? context.rebootSlots.release(holder.value, step.budgets) : holder;
}

/** What the store has the host by. Who took a reboot up from another process has to ask the host. */
async function holderOf({ need, context }: Reboot): Promise<Result<string>> {
  if (context.rebootSlots.holdersAre === "names") return ok(context.session.host.name);
  const told = need.fleetlockId === undefined ? await askNeed(context) : ok(need);
  if (!told.ok) return told;
  return told.value.fleetlockId === undefined ? err(noId) : ok(told.value.fleetlockId);
}

const noId = failure("reboot/store-settings", "the host does not tell the id by which FleetLock has it", {
  expected: "an answer of systemd-id128 machine-id on the host",
  next: "name hosts by their names there: fleet.slots: fleetlock:http://…",
});

const RELEASE_ATTEMPTS = 10;
const RELEASE_PAUSE_MS = 3_000;

/** The host is well: a store that cannot be asked any more makes it no failed host. Its slot stays taken, and that is said. */
export async function endSlot(reboot: Reboot): Promise<Result<void>> {
  const { context, step } = reboot;
  const host = context.session.host.name;
  for (let attempt = 1; ; attempt += 1) {
    const given = await giveSlotBack(reboot);
    if (given.ok) return given;
    if (attempt < RELEASE_ATTEMPTS && !context.interruption.detached.aborted) {
      await context.clock.sleep(RELEASE_PAUSE_MS, context.interruption.detached);
      continue;
    }
    context.rebootSlots.keep(host);
    await context.recorder.record(diagnosed({ ...slotStays(step, given.error, host), host }, "warn"));
    return ok(undefined);
  }
}

const slotStays = ({ budgets }: Reboot["step"], { found }: Failure, host: string): Failure =>
  failure("reboot/store", "the host is well, but its slot of the reboot budget could not be given back", {
    ...(found === undefined ? {} : { found }),
    next: `once the store can be asked again: nixfleet slots release ${budgets[0]?.group ?? ""} ${host}`,
  });

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
