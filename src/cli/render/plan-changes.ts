/** The inside of one group of equal change: packages, files, directories, units, accounts, reboot, notes. */
import type { ChangeGroup } from "../../domain/plan/groups.ts";
import type { FileChange, Plan, PlanHost, UnitAction } from "../../domain/plan/plan.ts";
import { type Cell, table, wrap } from "./layout.ts";
import type { PlanView } from "./plan.ts";
import { renderDiff } from "./plan-diff.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

export function renderChanges(plan: Plan, { example }: ChangeGroup, view: PlanView): string[] {
  return [
    ...section("command", commands(example)),
    ...section("packages", packages(example, view.style)),
    ...section("accounts", accounts(example, view.style)),
    ...section("directories", directories(example, view.style)),
    ...section("files", files(example, view)),
    ...section("units", units(example, view.style)),
    ...section("secrets", secrets(example, view.style)),
    ...section("reboot", plan.verb === "run" ? [] : reboot(example)),
    ...example.notes.flatMap((note) => wrap(printable(note), { first: "  note  ", width: view.width })),
    ...(view.verbosity > 0 ? closures(example, view.style) : []),
  ];
}

type Change = "add" | "modify" | "remove";

const SYMBOLS = { add: "+", modify: "~", remove: "-" } as const;

export function mark(change: Change, style: Style): Cell {
  const paint = { add: style.added, modify: style.changed, remove: style.removed }[change];
  return { text: SYMBOLS[change], paint };
}

const INDENT = "    ";

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines];

const commands = (host: PlanHost): string[] =>
  host.steps.flatMap((step) => (step.kind === "run" ? [`${INDENT}${printable(step.command)}`] : []));

function packages(host: PlanHost, style: Style): string[] {
  const rows = host.packages.map(({ name, from, to }): Cell[] => {
    const change = from === null ? "add" : to === null ? "remove" : "modify";
    return [mark(change, style), { text: printable(name) }, { text: versionWords(from, to) }];
  });
  return table(rows, INDENT);
}

function versionWords(from: string | null, to: string | null): string {
  const [old, next] = [from, to].map((version) => (version === null ? null : printable(version)));
  if (old === null || next === null) return old ?? next ?? "";
  if (old === next) return `${old} (rebuilt)`.trimStart();
  return `${old} -> ${next}`;
}

const accounts = (host: PlanHost, style: Style): string[] =>
  table(
    host.users.map((user) => [
      mark(user.change, style),
      { text: user.kind },
      { text: printable(user.name) },
      { text: user.change === "remove" ? "no longer managed; stays on the host" : printable(user.because ?? "") },
    ]),
    INDENT,
  );

const directories = (host: PlanHost, style: Style): string[] =>
  host.directories.map(({ path, change, mode }) => entry(change, path, modeWords(mode), style));

function files(host: PlanHost, view: PlanView): string[] {
  return host.files.flatMap((file) => [
    entry(file.change, file.path, fileRemarks(file), view.style),
    ...renderDiff(file, view),
  ]);
}

function entry(change: Change, path: string, remarks: readonly string[], style: Style): string {
  const { text, paint } = mark(change, style);
  const words = remarks.length === 0 ? "" : `  ${style.warning(remarks.join("; "))}`;
  return `${INDENT}${paint?.(text) ?? text} ${printable(path)}${words}`;
}

function fileRemarks(file: FileChange): string[] {
  return [
    ...(file.drift === undefined ? [] : [driftWords[file.drift]]),
    ...(file.adopts === true ? ["taken over: the present file is backed up"] : []),
    ...modeWords(file.mode),
    ...(file.withheld === undefined ? [] : [withheldWords[file.withheld]]),
  ];
}

const driftWords = {
  edited: "drift: edited on the host; the edited copy is kept aside",
  missing: "drift: missing on the host",
  mode: "drift: mode or owner changed on the host",
} as const;

const withheldWords = {
  hidden: "content is not shown",
  binary: "binary content",
  large: "content too long to compare",
} as const;

const modeWords = (mode: { from: string; to: string } | undefined): string[] =>
  mode === undefined ? [] : [`mode ${printable(mode.from)} -> ${printable(mode.to)}`];

function units(host: PlanHost, style: Style): string[] {
  const rows = host.units.map((unit): Cell[] => [
    mark(unitChange(unit.action), style),
    { text: unit.action },
    { text: printable(unit.name) },
    unit.drift === undefined
      ? { text: printable(unit.because ?? ""), paint: style.dim }
      : { text: `drift: ${printable(unit.because ?? unit.drift)}`, paint: style.warning },
  ]);
  return table(rows, INDENT);
}

function unitChange(action: UnitAction["action"]): Change {
  if (action === "start" || action === "enable") return "add";
  return action === "stop" || action === "disable" ? "remove" : "modify";
}

const secrets = (host: PlanHost, style: Style): string[] =>
  host.secrets.map((secret) => entry(secret.change, secret.name, [], style));

function reboot({ reboot: { needed, reasons } }: PlanHost): string[] {
  if (needed === "no") return [];
  const state = needed === "yes" ? "needed already, not done by this plan" : "unknown whether one is needed";
  return [`${INDENT}${state}${reasons.length === 0 ? "" : `: ${reasons.map(printable).join(", ")}`}`];
}

const closures = (host: PlanHost, style: Style): string[] => [
  style.dim(`  closure  ${printable(host.from?.system ?? "none")}`),
  style.dim(`        -> ${printable(host.to?.system ?? "none")}`),
];
