/** The rollout of a plan: who goes in which stage, at which pace, and what halts it. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { durationText } from "../../domain/inventory/duration.ts";
import { canGoBack } from "../../domain/plan/can-go-back.ts";
import type { Plan, Step } from "../../domain/plan/plan.ts";
import type { Lane, Pace } from "../../domain/rollout/plan-rollout.ts";
import { startsAt } from "../../domain/rollout/window-check.ts";
import { count, wrap } from "./layout.ts";
import type { PlanView, WholePlanView } from "./plan.ts";
import { renderRolloutHooks } from "./plan-hooks.ts";
import { printable } from "./printable.ts";

/** Nothing for hosts that all go at once, at any time, with nothing around it. */
export function renderRollout(plan: Plan, view: WholePlanView): string[] {
  const { rollout, hosts } = plan;
  const { lanes } = rollout;
  const goBack = new Set(hosts.filter(canGoBack).map(({ name }) => name));
  const waits = [
    ...debtWords(rollout, hosts, view),
    ...waitWords(rollout, view),
    ...renderRolloutHooks(plan, view.width),
  ];
  const plain = lanes.length < 2 && lanes.every(({ stages, pace }) => stages.length < 2 && pace.approval === "none");
  if (plain && waits.length === 0) return [];
  return [
    ...(plain ? [view.style.strong("rollout")] : lanes.flatMap((lane) => laneLines(lane, goBack, view))),
    ...waits,
  ];
}

function laneLines(lane: Lane, goBack: ReadonlySet<string>, { style, width }: PlanView): string[] {
  const longest = Math.max(...lane.stages.map(({ name }) => name.length));
  const stages = lane.stages.flatMap(({ name, hosts }, index) => {
    const size = hosts.length > 1 ? `  (${hosts.length} hosts)` : "";
    const first = `  ${index + 1}  ${printable(name).padEnd(longest)}  `;
    return wrap(printable(foldHosts(hosts)) + size, { first, width });
  });
  const pace = wrap(paceWords(lane, goBack).join(", "), { first: "     ", width }).map((line) => style.dim(line));
  return [`${style.strong("rollout")}  ${printable(lane.name)}`, ...stages, ...pace];
}

function paceWords({ pace, stages }: Lane, goBack: ReadonlySet<string>): string[] {
  const hosts = Math.max(...stages.map((stage) => stage.hosts.length));
  return [
    ...(hosts > pace.maxParallel ? [`${pace.maxParallel} at once`] : []),
    ...(pace.slowStart ? ["beginning with one"] : []),
    ...(pace.soakMs > 0 ? [`soaks for ${durationText(pace.soakMs)}`] : []),
    ...(pace.approval === "none" ? [] : [APPROVALS[pace.approval]]),
    limitWords(pace),
    // Packages and reboots go forward only, whatever the strategy says.
    POLICIES[stages.some((stage) => stage.hosts.some((host) => goBack.has(host))) ? pace.onFailure : "stop"],
  ];
}

function limitWords({ maxFailures }: Pace): string {
  if (maxFailures === null) return "no number of failures halts it";
  return maxFailures === 0 ? "the first failure halts it" : `more than ${count(maxFailures, "failure")} halt it`;
}

const APPROVALS = { "after-canary": "asks after the canaries", "each-stage": "asks before each stage" } as const;

const POLICIES: Readonly<Record<Pace["onFailure"], string>> = {
  rollback: "failed hosts go back",
  "rollback-stage": "a halt puts its stage back",
  "rollback-all": "a halt puts all hosts back",
  stop: "failed hosts stay as they are",
  continue: "failed hosts stay as they are",
};

const NAMED_DEBTORS = 5;

/** Who gets a slot of a reboot budget first, where that is not all the same. */
function debtWords({ order }: Plan["rollout"], hosts: Plan["hosts"], { width }: WholePlanView): string[] {
  const shares = new Map(hosts.flatMap(({ name, steps }) => steps.flatMap((step) => debtOf(name, step))));
  const inLine = order.filter((name) => shares.has(name));
  if (new Set(shares.values()).size < 2) return [];
  const more = inLine.length > NAMED_DEBTORS ? ", and the others" : "";
  const names = inLine.slice(0, NAMED_DEBTORS).map(printable).join(", ");
  return wrap(`reboots owed longest go first: ${names}${more}`, { first: "  ", width });
}

const debtOf = (name: string, step: Step): (readonly [string, number | undefined])[] =>
  step.kind === "reboot" && step.budgets.length > 0 ? [[name, step.owedSince]] : [];

/** Hosts that cannot start now, and when they can. */
function waitWords(rollout: Plan["rollout"], { style, width, nowMs }: WholePlanView): string[] {
  const openings = Map.groupBy(startsAt(rollout, nowMs), ([, opensMs]) => opensMs);
  return [...openings].flatMap(([opensMs, hosts]) => {
    const names = printable(foldHosts(hosts.map(([host]) => host)));
    const when = opensMs === null ? "that never opens" : `that opens ${new Date(opensMs).toISOString().slice(0, 16)}Z`;
    return wrap(`${names} ${hosts.length === 1 ? "waits" : "wait"} for a window ${when}`, { first: "  ", width }).map(
      (line) => style.warning(line),
    );
  });
}
