/** From hosts to a plan of their updates: look, ask apt, decide. */
import { manifestOverlay } from "../../domain/apt/overlay.ts";
import type { Inventory, ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { assembleOsUpdate, assembleReboot, type OsUpdateInput } from "../../domain/os-update/assemble.ts";
import { type PolicyOverrides, updatePolicy } from "../../domain/os-update/policy.ts";
import type { RebootWish } from "../../domain/os-update/reboot-step.ts";
import { shortRebootWindows } from "../../domain/os-update/reboot-windows.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, type Result } from "../../domain/outcome/result.ts";
import type { HostInput } from "../../domain/plan/host-input.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { RolloutOverride } from "../../domain/rollout/strategy.ts";
import { allAtOnce, rolloutHosts } from "../../domain/rollout/strategy.ts";
import { checkedPlan } from "../check-plan.ts";
import { observeFreeHosts, waitingWith } from "../observe-free-hosts.ts";
import type { Observing } from "../observe-hosts.ts";
import type { Frame } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import { askUpdates } from "./ask-updates.ts";
import { gatherNixos } from "./gather-nixos.ts";
import { lookAtBudgets } from "./look-at-budgets.ts";
import type { Promotion } from "./promoted.ts";

export interface OsRequest {
  readonly inventory: Inventory;
  /** Never empty. */
  readonly hosts: readonly ResolvedHost[];
  readonly selection: readonly string[];
  readonly maxParallel?: number;
  readonly rollout: RolloutOverride;
  readonly wish: RebootWish;
}

export interface OsUpdateRequest extends OsRequest {
  readonly overrides: PolicyOverrides;
  /** Exactly these versions, and no others. */
  readonly promoted?: Promotion;
  /** Inputs of the flake that NixOS hosts get as new as they are. */
  readonly updateInputs: readonly string[];
}

/** A host's own trouble stands in the plan. */
export async function planOsUpdate(
  request: OsUpdateRequest,
  frame: Frame,
  tools: Tools,
): Promise<Result<Plan, readonly Failure[]>> {
  const { hosts, overrides, promoted, wish } = request;
  const observed = await lookAt(request, frame, tools);
  const signal = tools.interruption.draining;
  const questions = hosts.flatMap((host) => {
    const facts = observed.get(host.name);
    if (facts?.ok !== true || host.base === "nixos") return [];
    const policy = updatePolicy(host, overrides);
    const overlay = promoted === undefined ? {} : { overlay: manifestOverlay(promoted.versions, policy) };
    return [{ host, facts: facts.value, policy, refresh: true, ...overlay }];
  });
  const [updates, nixos, out] = await Promise.all([
    askUpdates(questions, { fleet: frame.fleet, signal }),
    gatherNixos(request, observed, frame, tools),
    lookAtBudgets(hosts, request.inventory, observed, observing(frame, tools)),
  ]);
  if (signal.aborted) return err([interrupted]);
  if (!nixos.ok) return nixos;
  const inputs = hosts.map((host): OsUpdateInput => {
    const facts = known(observed.get(host.name));
    return {
      host,
      observed: facts,
      updates: updates.get(host.name) ?? err(notAsked),
      policy: updatePolicy(host, overrides),
      wish: { ...wish, out },
      ...(promoted === undefined ? {} : { promotedAtMs: promoted.atMs }),
      ...nixosOf(nixos.value.hosts.get(host.name)),
    };
  });
  const sources = nixos.value.inputs === undefined ? {} : { inputs: nixos.value.inputs };
  return sealed(request, tools, (common) => assembleOsUpdate({ ...common, ...sources, hosts: inputs }));
}

export async function planReboot(
  request: OsRequest,
  frame: Frame,
  tools: Tools,
): Promise<Result<Plan, readonly Failure[]>> {
  const { hosts, inventory } = request;
  const observed = await lookAt(request, frame, tools);
  const out = await lookAtBudgets(hosts, inventory, observed, observing(frame, tools));
  if (tools.interruption.draining.aborted) return err([interrupted]);
  const wish = { ...request.wish, out };
  const inputs = hosts.map((host) => ({ host, observed: known(observed.get(host.name)), wish }));
  return sealed(request, tools, (common) => assembleReboot({ ...common, hosts: inputs }));
}

const nixosOf = (nixos: HostInput | undefined): Pick<OsUpdateInput, "nixos"> => (nixos === undefined ? {} : { nixos });

const lookAt = ({ hosts }: OsRequest, frame: Frame, tools: Tools) => observeFreeHosts(hosts, waitingWith(frame, tools));

const observing = ({ fleet, recorder }: Frame, { clock, interruption }: Tools): Observing => ({
  fleet,
  recorder,
  clock,
  signal: interruption.draining,
});

type Common = Omit<Parameters<typeof assembleReboot>[0], "hosts">;

function sealed(
  { inventory, hosts, selection, maxParallel, rollout, wish }: OsRequest,
  { clock, toolVersion }: Tools,
  assemble: (common: Common) => Plan,
): Result<Plan, readonly Failure[]> {
  const strategies = rolloutHosts({
    inventory,
    hosts,
    override: rollout,
    plain: allAtOnce,
    heedInventory: true,
    estimateMs: () => wish.timers.estimateMs,
  });
  if (!strategies.ok) return strategies;
  const plan = assemble({
    createdAt: new Date(clock.now()).toISOString(),
    toolVersion,
    inputs: { flake: null, revision: null, dirty: false, inventoryDigest: inventory.digest, selection },
    ...(maxParallel === undefined ? {} : { maxParallel }),
    rolloutHosts: strategies.value,
    hooks: inventory.fleet.hooks,
  });
  const short = shortRebootWindows(plan, clock.now());
  return short.length === 0 ? checkedPlan(plan, clock.now()) : err(short);
}

function known(facts: Result<HostFacts> | undefined): Result<HostFacts> {
  if (facts === undefined) throw new Error("every host was looked at");
  return facts;
}

const interrupted = failure("cli/interrupted", "interrupted before anything was changed");
const notAsked = failure("os/no-apt", "the host was not asked for updates");
