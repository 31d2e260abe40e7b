/** `nixfleet run`: one command or task on many hosts, each output kept, equal ones shown together. */
import { isRestricted } from "../domain/inventory/access.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err } from "../domain/outcome/result.ts";
import { assembleRun, type RunCommand } from "../domain/plan/assemble-run.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { carryOut } from "./carry-out.ts";
import { inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";
import { nobodysHosts } from "./under-leases.ts";

export interface RunRequest {
  readonly inventory: Inventory;
  readonly hosts: readonly ResolvedHost[];
  readonly selection: readonly string[];
  /** Hosts at once, when it was typed. */
  readonly maxParallel?: number;
  readonly command: TypedCommand;
}

export interface TypedCommand extends RunCommand {
  /** A task of the inventory, with nothing added to it. */
  readonly asDeclared: boolean;
}

export function runOnHosts(request: RunRequest, tools: Tools): Promise<Outcome> {
  const { inventory, hosts, selection, maxParallel } = request;
  const { asDeclared, ...command } = request.command;
  const { clock, interruption } = tools;
  const restricted = asDeclared ? [] : hosts.filter(isRestricted);
  if (restricted.length > 0) return Promise.resolve(err([onlyTasks(restricted)]));
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
    return carryOut({ plan, hosts, ownership: nobodysHosts, confirm }, frame, tools);
  });
}

/** Before anything is sent: half of the hosts would be done otherwise. */
function onlyTasks(hosts: readonly ResolvedHost[]) {
  const names = hosts.map(({ name }) => name);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return failure("cli/restricted-hosts", "restricted hosts run tasks of the inventory, as they were applied", {
    expected: "task:NAME, without arguments, --sudo or --timeout",
    found: `${names.slice(0, 3).join(", ")}${more} with access: restricted`,
    next: "add a task to the inventory and apply it, or leave these hosts out with --exclude",
  });
}
