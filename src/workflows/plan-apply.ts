/** From inventory, flake and hosts to a plan: gather and assemble, the part that `plan` and `apply` share. */
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { diagnosed } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { assemble } from "../domain/plan/assemble.ts";
import type { DesiredHost } from "../domain/plan/host-input.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { buildClosures, type Closures } from "./build-closures.ts";
import { gatherHosts } from "./gather-hosts.ts";
import { observeHosts } from "./observe-hosts.ts";
import type { Frame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface ApplyRequest {
  readonly inventory: Inventory;
  /** Never empty. */
  readonly hosts: readonly ResolvedHost[];
  /** The selection as typed, for the plan. */
  readonly selection: readonly string[];
  readonly maxParallel: number;
}

/** Fails with what concerns the fleet as a whole; a host's own trouble stands in the plan. */
export async function planApply(
  request: ApplyRequest,
  frame: Frame,
  tools: Tools,
): Promise<Result<Plan, readonly Failure[]>> {
  const { inventory, hosts } = request;
  const { recorder, fleet } = frame;
  const { clock, builder, storeFiles, secrets, journal, interruption } = tools;
  const signal = interruption.draining;
  const [closures, observed] = await Promise.all([
    buildClosures(hosts, { builder, inventory, recorder, clock, signal }),
    observeHosts(hosts, { fleet, recorder, clock, signal }),
  ]);
  if (signal.aborted) return err([failure("cli/interrupted", "interrupted before anything was changed")]);
  if (!closures.ok) return err([closures.error]);
  await tellWarnings(closures.value, frame);
  const desired = new Map([...closures.value.hosts].map(([name, built]) => [name, desiredOf(built)]));
  const gathered = await gatherHosts(hosts, observed, desired, { fleet, storeFiles, secrets, journal, signal });
  const plan = assemble({
    verb: "apply",
    createdAt: new Date(clock.now()).toISOString(),
    toolVersion: tools.toolVersion,
    inputs: inputsOf(closures.value, request),
    maxParallel: request.maxParallel,
    hosts: gathered,
  });
  const problems = verifyPlan(plan);
  return problems.length === 0 ? ok(plan) : err(problems);
}

const desiredOf = (built: Closures["hosts"] extends ReadonlyMap<unknown, infer B> ? B : never): Result<DesiredHost> =>
  built.ok
    ? ok({
        kind: "closure",
        system: built.value.system,
        manifest: built.value.manifest,
        ...(built.value.description === undefined ? {} : { description: built.value.description }),
      })
    : err(built.error);

function inputsOf({ source }: Closures, { inventory, selection }: ApplyRequest): Plan["inputs"] {
  return {
    flake: source.reference,
    revision: source.revision ?? null,
    dirty: source.dirty,
    inventoryDigest: inventory.digest,
    selection,
  };
}

/** Warnings of the source and of hosts, as diagnostics of the run. */
export async function tellWarnings({ source, warnings }: Closures, { recorder }: Frame): Promise<void> {
  for (const text of source.warnings) await recorder.record(diagnosed(failure("nix/warning", text), "warn"));
  for (const [host, texts] of warnings) {
    for (const text of texts) await recorder.record(diagnosed(failure("nix/warning", text, { host }), "warn"));
  }
}
