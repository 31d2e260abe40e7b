/** Waits until a reboot disturbs nobody: package managers, a first boot, inhibitors, and people where the policy says so. */
import { diagnosed, phaseProgressed } from "../../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { type Busy, busyWords, whoIsInTheWay } from "../../domain/reboot/busy.ts";
import type { Reboot } from "./context.ts";
import { askNeed } from "./need.ts";
import { untilWindow, windowShut } from "./window.ts";

const POLL_MS = 5_000;

/** Fails with `reboot/busy` after the step's limit, and when the window shuts meanwhile. */
export async function waitForQuiet(reboot: Reboot): Promise<Result<void>> {
  const { step, context } = reboot;
  // Whoever is busy before the window opens is no matter.
  const closed = await untilWindow(reboot);
  if (closed !== undefined) return err(closed);
  const { clock, interruption, recorder, session } = context;
  const began = clock.now();
  let told = "";
  for (;;) {
    const need = await askNeed(context);
    if (!need.ok) return need;
    const waited = clock.now() - began;
    const { inTheWay, passedOver } = whoIsInTheWay(need.value.busy ?? [], step, waited);
    if (inTheWay.length === 0) {
      if (passedOver.length > 0) await recorder.record(diagnosed(goesOn(passedOver, session.host.name), "warn"));
      return ok(undefined);
    }
    if (waited >= (step.busyMs ?? 0) && inTheWay.some(({ kind }) => kind !== "user")) return err(busy(inTheWay));
    const shut = windowShut(step, clock.now());
    if (shut !== undefined) return err(shut);
    const words = `waiting for ${busyWords(inTheWay)}`;
    if (words !== told) await recorder.record(phaseProgressed("reboot", words, { host: session.host.name }));
    told = words;
    await clock.sleep(POLL_MS, interruption.draining);
    if (interruption.draining.aborted) return err(failure("cli/interrupted", "interrupted while the host was busy"));
  }
}

const busy = (who: readonly Busy[]): Failure =>
  failure("reboot/busy", "a reboot would disturb what the host is at", {
    found: busyWords(who),
    next: "let it come to its end and run it again, or wait longer with --busy-timeout",
  });

const goesOn = (who: readonly Busy[], host: Reboot["context"]["session"]["host"]["name"]) =>
  failure("reboot/users", "people are still logged in after the time that they had: the host reboots all the same", {
    host,
    found: busyWords(who),
  });
