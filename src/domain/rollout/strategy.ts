/** Which strategy a host is rolled out with: named on the command line, in the inventory, or the plain one. */
import type { HostName } from "../ids.ts";
import type { Amount, CanaryChoice, Inventory, ResolvedHost, RolloutStrategy } from "../inventory/resolved.ts";
import { didYouMean } from "../near-miss.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { evaluateLimit } from "../selection/evaluate-limit.ts";
import type { RolloutHost } from "./assemble-rollout.ts";
import { classOf } from "./candidate.ts";

/** What was typed; it wins over the inventory, for all lanes. */
export interface RolloutOverride {
  /** A strategy for all hosts, in place of their own. */
  readonly strategy?: string;
  readonly canary?: CanaryChoice;
  readonly stages?: readonly Amount[];
  readonly soakMs?: number;
  readonly maxFailures?: Amount | null;
  readonly maxUnreachable?: Amount | null;
  readonly onFailure?: RolloutStrategy["onFailure"];
  readonly maxParallel?: Amount;
}

export const ALL_AT_ONCE = "all-at-once";

/**
 * For hosts without a strategy: all in one stage, ten at once, and the first failure keeps back whoever was not started.
 * The same as a strategy in the inventory that sets nothing.
 */
export const allAtOnce: RolloutStrategy = {
  stages: [{ percent: 100 }],
  canary: { kind: "none" },
  soakMs: 0,
  maxParallel: { count: 10 },
  slowStart: false,
  maxFailures: { count: 0 },
  maxUnreachable: { percent: 10 },
  consecutiveFailures: null,
  progressDeadlineMs: null,
  approval: "none",
  onFailure: "rollback",
  windows: [],
  blackouts: [],
};

/** For commands that ask or do something small everywhere: a host that fails keeps nobody back. */
export const everywhere: RolloutStrategy = {
  ...allAtOnce,
  maxFailures: null,
  maxUnreachable: null,
  onFailure: "continue",
};

export interface StrategyRequest {
  readonly inventory: Inventory;
  /** Those that change. */
  readonly hosts: readonly ResolvedHost[];
  readonly override: RolloutOverride;
  /** For hosts without a strategy: `allAtOnce` for what changes systems, `everywhere` for what does not. */
  readonly plain: RolloutStrategy;
  /** Whether the strategies that hosts name in the inventory count. */
  readonly heedInventory: boolean;
  /** How long a host takes, with which a window has to be left open. */
  readonly estimateMs: (host: ResolvedHost) => number;
}

/** The hosts with all that assembleRollout wants of them. Fails with every mistake at once. */
export function rolloutHosts(request: StrategyRequest): Result<RolloutHost[], readonly Failure[]> {
  const { inventory, hosts, override, estimateMs } = request;
  const unknown = unknownStrategy(request);
  if (unknown !== undefined) return err([unknown]);
  const mistakes: Failure[] = [];
  const lanes = new Map<string, LaneChoice>();
  const laneFor = (host: ResolvedHost): LaneChoice => {
    const name = override.strategy ?? (request.heedInventory ? host.rollout : undefined) ?? ALL_AT_ONCE;
    const lane = lanes.get(name) ?? laneChoice(name, request, mistakes);
    lanes.set(name, lane);
    return lane;
  };
  const { blackouts } = inventory.fleet;
  const bound = hosts.map((host) => {
    const { name, strategy, marked } = laneFor(host);
    return {
      name: host.name,
      class: classOf(host),
      canary: marked?.has(host.name) ?? host.tags.includes("canary"),
      lane: { name, strategy },
      calendars: blackouts.length === 0 ? [] : [{ windows: [], blackouts }],
      budgets: [],
      estimateMs: estimateMs(host),
    };
  });
  return mistakes.length === 0 ? ok(bound) : err(mistakes);
}

interface LaneChoice {
  readonly name: string;
  readonly strategy: RolloutStrategy;
  /** Hosts that canary patterns match. */
  readonly marked?: ReadonlySet<HostName>;
}

function laneChoice(name: string, { inventory, override, plain }: StrategyRequest, mistakes: Failure[]): LaneChoice {
  const strategy = overridden(inventory.rollouts.get(name) ?? (name === ALL_AT_ONCE ? plain : allAtOnce), override);
  if (strategy.canary.kind !== "hosts") return { name, strategy };
  // A canary pattern without a match is no warning: nobody would go first.
  const scope = { inventory, files: new Map<string, string>(), mistakes, warnings: mistakes };
  return { name, strategy, marked: evaluateLimit(strategy.canary.patterns.join(","), scope) };
}

/** Stages that are typed come with canaries, as those of an inventory do, unless those are typed too. */
function overridden(strategy: RolloutStrategy, override: RolloutOverride): RolloutStrategy {
  const { strategy: _name, ...settings } = override;
  const [first, ...more] = override.stages ?? [];
  const several = first !== undefined && (more.length > 0 || !("percent" in first && first.percent === 100));
  const canary = override.canary ?? (several && strategy.canary.kind === "none" ? { kind: "auto" } : strategy.canary);
  const goesOn = override.onFailure === "continue" && strategy.onFailure !== "continue";
  const limits = goesOn ? { maxFailures: null, maxUnreachable: null } : {};
  return { ...strategy, ...limits, ...settings, canary };
}

function unknownStrategy({ inventory, override: { strategy } }: StrategyRequest): Failure | undefined {
  if (strategy === undefined || strategy === ALL_AT_ONCE || inventory.rollouts.has(strategy)) return undefined;
  const known = [...inventory.rollouts.keys(), ALL_AT_ONCE];
  return failure("rollout/unknown-strategy", `no rollout is named "${strategy}"`, {
    found: `the inventory has ${known.join(", ")}`,
    next: didYouMean(strategy, known) ?? "name one of them, or add it below rollouts",
  });
}
