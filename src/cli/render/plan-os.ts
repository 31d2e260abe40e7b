/** The operating system's part of a plan: packages, what is kept back and why, and the reboot. */
import type { KeptBackReason } from "../../domain/apt/kept-back.ts";
import { durationText } from "../../domain/inventory/duration.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { HostOs, PackageUpdate } from "../../domain/plan/os-schema.ts";
import type { PlanHost, Step } from "../../domain/plan/plan.ts";
import { count, wrap } from "./layout.ts";
import { INDENT, markedRows } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { hookWords } from "./plan-hooks.ts";
import { printable } from "./printable.ts";
import { byteWords } from "./words.ts";

/** How many there are and how many of them are security updates, then the packages by where they come from, security first. */
export function renderOsUpdates({ os, steps }: PlanHost, view: PlanView): string[] {
  if (os === undefined || os.updates.length === 0) return [];
  const { style, width } = view;
  const title = wrap(sumWords(os), { first: "  system packages  ", width });
  const homes = groupBy(os.updates, homeOf).toSorted((a, b) => orderOf(a) - orderOf(b));
  return [
    ...title,
    ...homes.flatMap((same) => [
      style.dim(`${INDENT}from ${printable(homeOf(same[0] as PackageUpdate))}`),
      ...packageRows(same, view),
    ]),
    ...wrapped(steps.flatMap(roomWords), width),
  ];
}

const roomWords = (step: Step): string[] =>
  step.kind === "os-update" && step.kernels !== undefined
    ? [`old kernels go first, to make room in /boot: ${step.kernels.map(printable).join(", ")}`]
    : [];

/** "5 updates and 1 new, 6 of them security, 12 MB to fetch". */
function sumWords({ updates, downloadBytes }: HostOs): string {
  const added = updates.filter(({ from }) => from === null).length;
  const security = updates.filter((update) => update.security).length;
  const changed = [count(updates.length - added, "update"), ...(added === 0 ? [] : [`${added} new`])];
  return [
    changed.join(" and "),
    securityShare(security, updates.length),
    ...(downloadBytes === 0 ? [] : [`${byteWords(downloadBytes)} to fetch`]),
  ].join(", ");
}

function securityShare(security: number, all: number): string {
  if (security === 0) return "no security updates";
  if (security < all) return `${security} of them security`;
  return all === 1 ? "security" : "all of them security";
}

/** Of several suites that have a version the one that says most: a fix is also among the ordinary updates. */
const homeOf = ({ suites }: PackageUpdate): string => suites.find(isSecurity) ?? suites[0] ?? "nowhere any more";

const isSecurity = (suite: string): boolean => suite.endsWith("-security");

const orderOf = ([first]: readonly PackageUpdate[]): number =>
  first !== undefined && isSecurity(homeOf(first)) ? 0 : 1;

function packageRows(updates: readonly PackageUpdate[], view: PlanView): string[] {
  const rows = updates.map(({ name, from, to, security }) => ({
    change: from === null ? ("add" as const) : ("modify" as const),
    cells: [
      { text: printable(name) },
      { text: from === null ? printable(to) : `${printable(from)} -> ${printable(to)}` },
    ],
    remark: { text: security ? "security" : "", paint: view.style.warning },
  }));
  return markedRows(rows, view);
}

/** One line for each reason; a security update that waits behind it is said. */
export function renderKeptBack({ os }: PlanHost, { style, width, verbosity }: PlanView): string[] {
  // What the selection leaves out was not asked for.
  const kept = (os?.keptBack ?? []).filter(({ why, security }) => verbosity > 0 || security || why !== "selection");
  return groupBy(kept, ({ why }) => why).flatMap((same) => {
    const why = same[0]?.why ?? "hold";
    const names = same.map(({ name, security }) => `${printable(name)}${security ? " (security)" : ""}`);
    const lines = wrap(`${WHY[why]}: ${names.join(", ")}`, { first: INDENT, width });
    return lines.map((line) => (same.some(({ security }) => security) ? style.warning(line) : line));
  });
}

const WHY: Readonly<Record<KeptBackReason, string>> = {
  hold: "held",
  pin: "pinned to another version",
  phasing: "phased: not this host's turn yet",
  removal: "would remove other packages",
  dependency: "needs what cannot be installed",
  selection: "no security update",
};

/** Whether and when this plan reboots; nothing where there is nothing to say. */
export function renderReboot(host: PlanHost, { width, verbosity }: PlanView): string[] {
  const step = host.steps.find((candidate) => candidate.kind === "reboot");
  const { needed, reasons } = host.reboot;
  const because = reasons.length === 0 ? "" : `: ${reasons.map(printable).join(", ")}`;
  if (step !== undefined) return wrapped([`${stepWords(step, needed)}${because}`, ...boundaries(step)], width);
  if (needed === "no" || (needed === "unknown" && verbosity < 1)) return [];
  const state =
    needed === "yes"
      ? `${host.os?.updates.length ? "will be" : "is"} needed, not done by this plan`
      : "unknown whether one is needed";
  return wrapped([`${state}${because}`], width);
}

type RebootStep = Extract<Step, { kind: "reboot" }>;

function stepWords({ when }: RebootStep, needed: PlanHost["reboot"]["needed"]): string {
  if (when === "always") return "in any case";
  return needed === "yes" ? "needed, done by this plan" : "if it turns out to be needed";
}

function boundaries({ owedSince, window, usersMs, budgets, hooks }: RebootStep): string[] {
  return [
    ...(owedSince === undefined ? [] : [`owed since ${new Date(owedSince * 1000).toISOString().slice(0, 16)}Z`]),
    ...(window.length === 0 ? [] : [`window ${window.map(printable).join(", or ")}`]),
    ...(usersMs === undefined ? [] : [`people who are logged in have ${durationText(usersMs)} before it`]),
    ...(budgets.length === 0 ? [] : [`budget ${budgets.map(budgetWords).join(", ")}`]),
    ...hookWords("before", hooks.before),
    ...hookWords("after", hooks.after),
  ];
}

const budgetWords = ({ group, max, out = [] }: RebootStep["budgets"][number]): string =>
  `${max} at once of ${printable(group)}${out.length === 0 ? "" : `, less ${out.map(printable).join(", ")}, out of service already`}`;

const wrapped = (texts: readonly string[], width: number): string[] =>
  texts.flatMap((text) => wrap(text, { first: INDENT, width }));
