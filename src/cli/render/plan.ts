/** A plan for people: what changes first, one block for each group of equal change, then who is left out and why. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { type ChangeGroup, groupChanges } from "../../domain/plan/groups.ts";
import type { Plan, PlanHost } from "../../domain/plan/plan.ts";
import type { DiffChoice } from "../output-options.ts";
import { count, wrap } from "./layout.ts";
import { renderChanges } from "./plan-changes.ts";
import { renderRefusals } from "./plan-refusals.ts";
import { renderRollout } from "./plan-rollout.ts";
import { renderUnchanged } from "./plan-unchanged.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

export interface PlanView {
  readonly style: Style;
  /** Columns to use for words; diffs and paths are never broken. */
  readonly width: number;
  readonly diff: DiffChoice;
  readonly verbosity: number;
  /** The command to type next; null for none. */
  readonly next: string | null;
}

export interface WholePlanView extends PlanView {
  /** Milliseconds since the epoch: what windows say is said as of then. */
  readonly nowMs: number;
}

/** Ends with a newline. */
export function renderPlan(plan: Plan, view: WholePlanView): string {
  const groups = groupChanges(plan.hosts.filter((host) => host.action === "change"));
  const blocks = [
    [...headline(plan, groups, view)],
    ...(view.verbosity < 0 ? [] : groups.map((group) => renderGroup(plan, group, view))),
    view.verbosity < 0 ? [] : renderRollout(plan, view),
    ...renderRefusals(plan, view),
    ...renderUnchanged(plan, view),
    pendingUpdates(plan, view),
    closing(plan, groups.length, view),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function headline(plan: Plan, groups: readonly ChangeGroup[], { style, width }: PlanView): string[] {
  const title = `Plan ${plan.id.slice(0, 12)}  `;
  const words = `${plan.verb} on ${count(plan.hosts.length, "host")}${plan.verb === "run" ? "" : `: ${countWords(plan, groups.length)}`}`;
  const [first = "", ...others] = wrap(words, { first: " ".repeat(title.length), width });
  const source = sourceWords(plan);
  return [
    style.strong(title) + first.trimStart(),
    ...others,
    ...(source === "" ? [] : wrap(source, { first: "  ", width }).map((line) => style.dim(line))),
    ...updatedInputs(plan).flatMap((line) => wrap(line, { first: "  ", width })),
  ];
}

/** "9 to change in 2 groups, 2 unchanged, 1 unreachable". */
function countWords({ summary, verb }: Plan, groups: number): string {
  const { change, none, held, unreachable, failed } = summary;
  const grouped = groups > 1 ? ` in ${groups} groups` : change > 1 && verb !== "run" ? " alike" : "";
  const words = [
    ...(change > 0 ? [`${change} to ${verb === "run" ? "run on" : "change"}${grouped}`] : []),
    ...(none > 0 ? [`${none} unchanged`] : []),
    ...(held > 0 ? [`${held} held`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unreachable > 0 ? [`${unreachable} unreachable`] : []),
  ];
  return words.join(", ") || "nothing selected";
}

function sourceWords({ inputs, verb }: Plan): string {
  if (verb === "run") return "";
  const dirty = inputs.dirty ? ", with uncommitted changes" : "";
  if (inputs.revision !== null) return `revision ${printable(inputs.revision.slice(0, 12))}${dirty}`;
  return inputs.flake === null ? "" : `${printable(inputs.flake)}${dirty}`;
}

/** Inputs of the flake that are newer than flake.lock says. */
const updatedInputs = ({ inputs: { lock } }: Plan): string[] =>
  lock === undefined
    ? []
    : [
        ...lock.inputs.map(({ name, from, to }) => `input ${printable(name)}  ${printable(from)} -> ${printable(to)}`),
        "flake.lock gets them once the rollout went well",
      ];

function renderGroup(plan: Plan, group: ChangeGroup, view: PlanView): string[] {
  const { style, width } = view;
  const size = group.hosts.length === 1 ? "" : `  (${group.hosts.length} hosts)`;
  const names = wrap(printable(foldHosts(group.hosts)) + size, { first: "", width });
  return [...names.map((line) => style.name(style.strong(line))), ...renderChanges(plan, group, view)];
}

/** What the distribution has in store and this plan does not install. */
function pendingUpdates(plan: Plan, { style, width, verbosity }: PlanView): string[] {
  const waiting = plan.hosts.filter((host) => host.os === undefined && (host.pendingUpdates?.pending ?? 0) > 0);
  if (waiting.length === 0 || verbosity < 0) return [];
  const sum = (of: (updates: NonNullable<PlanHost["pendingUpdates"]>) => number): number =>
    waiting.reduce((total, { pendingUpdates: updates }) => total + (updates === undefined ? 0 : of(updates)), 0);
  const security = sum((updates) => updates.security);
  const names = printable(foldHosts(waiting.map((host) => host.name)));
  const words = `${count(
    sum((updates) => updates.pending),
    "package update",
  )} pending on ${names}, ${security} of them security: nixfleet os-update`;
  return wrap(words, { first: "", width }).map((line) => (security > 0 ? style.warning(line) : style.dim(line)));
}

function closing(plan: Plan, groups: number, { style, width, next }: PlanView): string[] {
  if (plan.summary.change === 0) {
    const clean = plan.summary.none === plan.hosts.length;
    return clean
      ? [style.good("Nothing to do: every host is as it should be.")]
      : wrap(`Nothing will be done: ${countWords(plan, groups)}.`, { first: "", width });
  }
  // The first lines of a long plan are out of sight by now.
  const summary = plan.verb === "run" ? [] : wrap(`${countWords(plan, groups)}.`, { first: "", width });
  return [...summary, ...(next === null ? [] : [`${style.strong("next")}  ${printable(next)}`])];
}
