/** Slots by the FleetLock protocol, as airlock and others serve it: two verbs, and no way to look. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { SlotStore } from "../../ports/slot-store.ts";

/** A server may drain the node within the request. */
const TIMEOUT_MS = 30 * 60_000;
const GROUP = /^[a-zA-Z0-9.-]+$/;
/** Kinds of answer that say that the group is full, or that somebody was quicker. Other refusals do not pass by waiting. */
const BUSY_KINDS: ReadonlySet<string> = new Set(["failed_lock", "lock_held", "failed_lock_semaphore"]);

/** The budget is the server's; what the inventory says is not told to it, but for hosts that use it up by being down. */
export const fleetlockSlots = (base: string, holders: SlotStore["holdersAre"] = "names"): SlotStore => ({
  holdersAre: holders,
  async acquire(group, holder, max, signal, out = []) {
    if (out.length >= max) return ok("full");
    const answer = await post(base, "v1/pre-reboot", group, holder, signal);
    if (!answer.ok) return answer;
    if (answer.value.granted) return ok("granted");
    return BUSY_KINDS.has(answer.value.kind) ? ok("full") : err(refused(answer.value));
  },
  async release(group, holder, signal) {
    const answer = await post(base, "v1/steady-state", group, holder, signal);
    if (!answer.ok) return answer;
    return answer.value.granted ? ok(undefined) : err(refused(answer.value));
  },
  holders: async () => ok("untold"),
});

interface Answer {
  readonly granted: boolean;
  readonly status: number;
  readonly kind: string;
  readonly text: string;
}

async function post(
  base: string,
  path: string,
  group: string,
  id: string,
  signal: AbortSignal,
): Promise<Result<Answer>> {
  if (!GROUP.test(group)) {
    const what = `FleetLock has no group of the name ${group}`;
    return err(failure("reboot/store-settings", what, { expected: "letters, digits, dots and dashes" }));
  }
  try {
    const answer = await fetch(`${base}/${path}`, {
      method: "POST",
      headers: { "fleet-lock-protocol": "true", "content-type": "application/json" },
      body: JSON.stringify({ client_params: { id, group } }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await answer.text();
    return ok({ granted: answer.ok, status: answer.status, ...kindIn(text) });
  } catch (error) {
    const { cause, message } = error as Error;
    const found = `${base}: ${cause instanceof Error ? cause.message : message}`;
    return err(failure("reboot/store", "the FleetLock server cannot be asked for reboot slots", { found }));
  }
}

/** Servers send JSON also as text/plain. */
function kindIn(text: string): Pick<Answer, "kind" | "text"> {
  try {
    const parsed = JSON.parse(text) as { readonly kind?: unknown; readonly value?: unknown };
    return { kind: String(parsed?.kind ?? ""), text: String(parsed?.value ?? text) };
  } catch {
    return { kind: "", text };
  }
}

const refused = ({ status, kind, text }: Answer) =>
  failure("reboot/store", "the FleetLock server refused", { found: `${status} ${kind} ${text}`.trim().slice(0, 200) });
