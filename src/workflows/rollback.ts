/** `nixfleet rollback`: back to a generation that lies on the hosts already. Nothing is built or copied. */
import type { Generation, HostName } from "../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { assemble } from "../domain/plan/assemble.ts";
import type { DesiredHost } from "../domain/plan/host-input.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { type RollbackTarget, rollbackTarget } from "../domain/plan/rollback-target.ts";
import { type CarryOut, carryOut } from "./carry-out.ts";
import { checkedPlan } from "./check-plan.ts";
import { gatherHosts } from "./gather-hosts.ts";
import { readHostManifest } from "./inspect-host.ts";
import { readKeptManifest } from "./inspect-nixos.ts";
import { observeFreeHosts, waitingWith } from "./observe-free-hosts.ts";
import { exitCodeOfPlan } from "./plan.ts";
import { type Frame, inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";
import { underLeases } from "./under-leases.ts";

export interface RollbackRequest {
  readonly verb: "rollback" | "remove";
  readonly inventory: Inventory;
  readonly hosts: readonly ResolvedHost[];
  readonly selection: readonly string[];
  /** Hosts at once, when it was typed. */
  readonly maxParallel?: number;
  readonly to: "previous" | Generation;
}

export function rollBack(request: RollbackRequest, confirm: CarryOut["confirm"], tools: Tools): Promise<Outcome> {
  return inFrame(request.verb, tools, true, (frame) =>
    underLeases(request, frame, tools, async (ownership) => {
      const plan = await planRollback(request, frame, tools);
      if (!plan.ok) return plan;
      tools.audience.plan(plan.value);
      return carryOut({ plan: plan.value, hosts: request.inventory.hosts, ownership, confirm }, frame, tools);
    }),
  );
}

/** The plan alone, for `--check`. */
export function showRollback(request: RollbackRequest, tools: Tools): Promise<Outcome> {
  return inFrame(request.verb, tools, false, async (frame) => {
    const plan = await planRollback(request, frame, tools);
    if (!plan.ok) return plan;
    tools.audience.plan(plan.value);
    return ok(exitCodeOfPlan(plan.value, false));
  });
}

async function planRollback(
  request: RollbackRequest,
  frame: Frame,
  tools: Tools,
): Promise<Result<Plan, readonly Failure[]>> {
  const { hosts, inventory, selection, maxParallel } = request;
  const { clock, storeFiles, builder, secrets, journal, interruption } = tools;
  const signal = interruption.draining;
  const { fleet } = frame;
  const observed = await observeFreeHosts(hosts, waitingWith(frame, tools));
  if (signal.aborted) return err([failure("cli/interrupted", "interrupted before anything was changed")]);
  const desired = new Map<HostName, Result<DesiredHost>>();
  await Promise.all(
    hosts.map(async (host) => {
      const facts = observed.get(host.name);
      // An unreachable host is told as such by its missing facts; what was wanted of it does not matter.
      desired.set(
        host.name,
        facts?.ok ? await desiredAt(host, facts.value, request, frame, signal) : ok({ kind: "empty" }),
      );
    }),
  );
  const plan = assemble({
    verb: request.verb,
    createdAt: new Date(clock.now()).toISOString(),
    toolVersion: tools.toolVersion,
    inputs: { flake: null, revision: null, dirty: false, inventoryDigest: inventory.digest, selection },
    ...(maxParallel === undefined ? {} : { maxParallel }),
    hooks: inventory.fleet.hooks,
    hosts: await gatherHosts(hosts, observed, desired, { fleet, storeFiles, builder, secrets, journal, signal }),
  });
  return checkedPlan(plan, clock.now());
}

async function desiredAt(
  host: ResolvedHost,
  facts: HostFacts,
  request: RollbackRequest,
  { fleet }: Frame,
  signal: AbortSignal,
): Promise<Result<DesiredHost>> {
  const target: Result<RollbackTarget> =
    request.verb === "remove" ? ok({ kind: "empty" }) : rollbackTarget(host.name, facts, request.to);
  if (!target.ok) return target;
  if (target.value.kind === "empty") return ok({ kind: "empty" });
  const session = await fleet.session(host, signal);
  if (!session.ok) return session;
  const { system } = target.value;
  const read = host.base === "nixos" ? readKeptManifest : readHostManifest;
  const manifest = await read(session.value, system, signal);
  return manifest.ok ? ok({ kind: "closure", system, manifest: manifest.value, present: true }) : manifest;
}
