/** `nixfleet run`: one command or task on many hosts, each output kept, equal ones shown together. */
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err } from "../domain/outcome/result.ts";
import { assembleRun, type RunCommand } from "../domain/plan/assemble-run.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { carryOut } from "./carry-out.ts";
import { inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface RunRequest {
  readonly inventory: Inventory;
  readonly hosts: readonly ResolvedHost[];
  readonly selection: readonly string[];
  /** Hosts at once, when it was typed. */
  readonly maxParallel?: number;
  readonly command: RunCommand;
}

export function runOnHosts(request: RunRequest, tools: Tools): Promise<Outcome> {
  const { inventory, hosts, selection, maxParallel, command } = request;
  const { clock, interruption } = tools;
  return inFrame("run", tools, true, async (frame) => {
    const plan = assembleRun({
      createdAt: new Date(clock.now()).toISOString(),
      toolVersion: tools.toolVersion,
      inputs: { flake: null, revision: null, dirty: false, inventoryDigest: inventory.digest, selection },
      ...(maxParallel === undefined ? {} : { maxParallel }),
      hosts: hosts.map(({ name, base }) => ({ name, base })),
      command,
    });
    if (interruption.draining.aborted)
      return err([failure("cli/interrupted", "interrupted before anything was started")]);
    const problems = verifyPlan(plan);
    if (problems.length > 0) return err(problems);
    // Whoever types a command means it: there is nothing to show that was not just typed.
    const confirm = async () => ({ ok: true as const, value: true });
    return carryOut({ plan, hosts, confirm }, frame, tools);
  });
}
