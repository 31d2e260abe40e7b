/** Takes a lab away: whole, half-made, or with its state lost. */
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab, Report } from "../../ports/lab.ts";
import { withLabLock } from "./lock.ts";

export interface DownRequest {
  readonly forgetImage: boolean;
}

export interface LabIsDown {
  /** How many machines had a folder. */
  readonly machines: number;
}

/** Safe to call again, and when there is nothing to take down. Only the cached image stays. */
export function takeDown(lab: Lab, request: DownRequest, report: Report): Promise<Result<LabIsDown>> {
  return withLabLock(lab, async () => {
    const names = await lab.machines.folders();
    if (names.length > 0) report(`ending ${names.length === 1 ? "1 machine" : `${names.length} machines`}`);
    await Promise.all(names.map((name) => lab.machines.kill(lab, name)));
    // What no folder tells of any more, the kernel still does, under names that follow from the state folder.
    await lab.machines.sweep(lab);
    await lab.network.down(lab);
    await lab.images.sweep();
    await lab.store.remove();
    if (request.forgetImage) await lab.images.forget();
    return ok({ machines: names.length });
  });
}
