/** A host in flight that is to reboot may be down when somebody takes its run up: it is asked again until it is back. */
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import type { PlanHost } from "../domain/plan/plan.ts";
import type { Clock } from "../ports/clock.ts";
import type { Recovered } from "./recover-host.ts";

const POLL_MS = 2_000;

/** Gives the first answer of the host, or what was wrong with the last try when the time that its reboot may take is over. */
export async function onceUp(
  { steps }: Pick<PlanHost, "steps">,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  attempt: () => Promise<Recovered>,
): Promise<Recovered> {
  const patienceMs = Math.max(0, ...steps.map((step) => (step.kind === "reboot" ? step.upMs : 0)));
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const recovered = await attempt();
    if (!isAway(recovered) || signal.aborted || clock.now() + POLL_MS > deadline) return recovered;
    await clock.sleep(POLL_MS, signal);
  }
}

const isAway = (recovered: Recovered): boolean =>
  recovered.kind === "failed" && failureCodes[recovered.error.code].kind === "unreachable";
