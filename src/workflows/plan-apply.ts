import { programVersion } from "../domain/host/program-version.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import type { ManagedSecret } from "../domain/manifest/secrets.ts";
import { diagnosed } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import { assemble } from "../domain/plan/assemble.ts";
import type { OsStage } from "../domain/plan/os-stage.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { RolloutOverride } from "../domain/rollout/strategy.ts";
import { buildClosures, type Closures } from "./build-closures.ts";
import { checkedPlan } from "./check-plan.ts";
import { desiredHosts, storesOf } from "./desired-closures.ts";
import type { EarlySender } from "./early-copies.ts";
import { gatherHosts } from "./gather-hosts.ts";
import { observeFreeHosts, waitingWith } from "./observe-free-hosts.ts";
import { withUpdateCounts } from "./os/look-at-updates.ts";
import { stageUpdates } from "./os/stage-updates.ts";
import type { Frame } from "./run-frame.ts";
import { tellSecretFindings } from "./secrets/tell-findings.ts";
import { stageHosts } from "./stage-hosts.ts";
import type { Tools } from "./tools.ts";

export interface ApplyRequest {
  readonly inventory: Inventory;
  /** Never empty. */
  readonly hosts: readonly ResolvedHost[];
  /** The selection as typed, for the plan. */
  readonly selection: readonly string[];
  /** Hosts at once over all strategies, when it was typed. */
  readonly maxParallel?: number;
  /** What was typed about the rollout; wins over the inventory. */
  readonly rollout: RolloutOverride;
  /** Whether updates that are due by the hosts' policies are part of it. */
  readonly osUpdates: boolean;
  /** Asks hosts that do not know their pending updates for them. */
  readonly countUpdates: boolean;
}

/**
 * Fails with what concerns the fleet as a whole; a host's own trouble stands in the plan.
 * @param early sends closures as they are built
 */
export async function planApply(
  request: ApplyRequest,
  frame: Frame,
  tools: Tools,
  early?: EarlySender,
): Promise<Result<Plan, readonly Failure[]>> {
  const { inventory, hosts } = request;
  const { recorder, fleet } = frame;
  const { clock, builder, storeFiles, secrets, journal, interruption } = tools;
  const signal = interruption.draining;
  const staged = stageHosts(request);
  if (!staged.ok) return staged;
  const [closures, seen] = await Promise.all([
    buildClosures(hosts, {
      builder,
      fleet,
      inventory,
      recorder,
      clock,
      signal,
      ...(early === undefined ? {} : { onBuilt: early.onBuilt }),
    }),
    observeFreeHosts(hosts, { ...waitingWith(frame, tools), ...(early === undefined ? {} : { onSeen: early.onSeen }) }),
  ]);
  if (signal.aborted) return err([failure("cli/interrupted", "interrupted before anything was changed")]);
  if (!closures.ok) return err([closures.error]);
  await tellWarnings(closures.value, frame);
  const observed = request.countUpdates ? await withUpdateCounts(hosts, seen, { fleet, signal }) : seen;
  const stages = request.osUpdates
    ? await stageUpdates(hosts, observed, inventory, { fleet, recorder, clock, signal })
    : new Map();
  const desired = desiredHosts(hosts, closures.value);
  const gathered = await gatherHosts(hosts, observed, desired, {
    fleet,
    storeFiles,
    builder,
    secrets,
    journal,
    stores: storesOf(closures.value),
    ...(early === undefined ? {} : { compared: early.difference }),
    signal,
  });
  await tellSecretFindings(secretsOf(closures.value), tools, frame.recorder);
  const program = programVersion(tools.program);
  const plan = assemble({
    verb: "apply",
    createdAt: new Date(clock.now()).toISOString(),
    toolVersion: tools.toolVersion,
    inputs: inputsOf(closures.value, request),
    rolloutHosts: staged.value,
    hooks: inventory.fleet.hooks,
    ...(request.maxParallel === undefined ? {} : { maxParallel: request.maxParallel }),
    hosts: gathered.map((input) => ({ ...input, program, ...stageOf(stages.get(input.host.name)) })),
  });
  return checkedPlan(plan, clock.now());
}

const secretsOf = ({ hosts }: Closures): readonly ManagedSecret[] =>
  [...hosts.values()].flatMap((built) => (built.ok ? (built.value.manifest?.secrets ?? []) : []));

const stageOf = (osStage: OsStage | undefined): { readonly osStage?: OsStage } =>
  osStage === undefined ? {} : { osStage };

/** Where the plan's closures come from. */
export function inputsOf(
  { source, lock }: Closures,
  { inventory, selection }: Pick<ApplyRequest, "inventory" | "selection">,
): Plan["inputs"] {
  return {
    flake: source.reference,
    revision: source.revision ?? null,
    dirty: source.dirty,
    inventoryDigest: inventory.digest,
    selection,
    ...(lock === undefined || lock.inputs.length === 0 ? {} : { lock }),
  };
}

/** Warnings of the source and of hosts, as diagnostics of the run. */
export async function tellWarnings({ source, warnings }: Closures, { recorder }: Frame): Promise<void> {
  for (const text of source.warnings) await recorder.record(diagnosed(failure("nix/warning", text), "warn"));
  for (const [host, texts] of warnings) {
    for (const text of texts) await recorder.record(diagnosed(failure("nix/warning", text, { host }), "warn"));
  }
}
