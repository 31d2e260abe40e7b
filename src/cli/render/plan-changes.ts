/** The inside of one group of equal change: packages, files, directories, units, accounts, reboot, notes. */
import stringWidth from "string-width";
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
    ...section("directories", directories(example, view)),
    ...section("files", files(example, view)),
    ...section("units", units(example, view.style)),
    ...section("secrets", secrets(example, view)),
    ...section("reboot", plan.verb === "run" ? [] : reboot(example, view.width)),
    ...example.notes.flatMap((note) => wrap(printable(note), { first: "  note  ", width: view.width })),
    ...(view.verbosity > 0 ? closures(example, view.style) : []),
  ];
}

type Change = "add" | "modify" | "remove";

/** Symbols carry the meaning; colour only repeats it. */
function mark(change: Change, style: Style): string {
  if (change === "add") return style.added("+");
  return change === "remove" ? style.removed("-") : style.changed("~");
}

/** Aligned rows, each behind its symbol. */
function marked(rows: readonly { readonly change: Change; readonly cells: readonly Cell[] }[], style: Style): string[] {
  const lines = table(rows.map(({ cells }) => cells));
  return rows.map(({ change }, index) => `${INDENT}${mark(change, style)} ${lines[index] ?? ""}`);
}

const INDENT = "    ";

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines];

const commands = (host: PlanHost): string[] =>
  host.steps.flatMap((step) => (step.kind === "run" ? [`${INDENT}${printable(step.command)}`] : []));

function packages(host: PlanHost, style: Style): string[] {
  const rows = host.packages.map(({ name, from, to }) => {
    const change: Change = from === null ? "add" : to === null ? "remove" : "modify";
    return { change, cells: [{ text: printable(name) }, { text: versionWords(from, to) }] };
  });
  return marked(rows, style);
}

function versionWords(from: string | null, to: string | null): string {
  const [old, next] = [from, to].map((version) => (version === null ? null : printable(version)));
  if (old === null || next === null) return old ?? next ?? "";
  if (old === next) return `${old} (rebuilt)`.trimStart();
  return `${old} -> ${next}`;
}

function accounts(host: PlanHost, style: Style): string[] {
  const rows = host.users.map(({ kind, name, change, because = "" }) => {
    const words = change === "remove" ? leavingWords[kind] : printable(because);
    return { change, cells: [{ text: kind }, { text: printable(name) }, { text: words }] };
  });
  return marked(rows, style);
}

const leavingWords = {
  user: "no longer managed: closed if nixfleet made it, never deleted",
  group: "no longer managed: removed if nixfleet made it and nobody is in it",
} as const;

const directories = (host: PlanHost, view: PlanView): string[] =>
  host.directories.flatMap(({ path, change, mode }) => entry(change, path, modeWords(mode), view));

const files = (host: PlanHost, view: PlanView): string[] =>
  host.files.flatMap((file) => [...entry(file.change, file.path, fileRemarks(file), view), ...renderDiff(file, view)]);

/** Remarks stand behind the path where there is room, else below it. */
function entry(change: Change, path: string, remarks: readonly string[], { style, width }: PlanView): string[] {
  const name = `${mark(change, style)} ${printable(path)}`;
  const words = remarks.join("; ");
  const room = width - INDENT.length - 2 - stringWidth(printable(path)) - 2;
  if (words === "") return [INDENT + name];
  if (stringWidth(words) <= room) return [`${INDENT}${name}  ${style.warning(words)}`];
  return [INDENT + name, ...wrap(words, { first: `${INDENT}  `, width }).map((line) => style.warning(line))];
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
  const rows = host.units.map((unit) => {
    const because: Cell =
      unit.drift === undefined
        ? { text: printable(unit.because ?? ""), paint: style.dim }
        : { text: `drift: ${printable(unit.because ?? unit.drift)}`, paint: style.warning };
    return { change: unitChange(unit.action), cells: [{ text: unit.action }, { text: printable(unit.name) }, because] };
  });
  return marked(rows, style);
}

function unitChange(action: UnitAction["action"]): Change {
  if (action === "start" || action === "enable") return "add";
  return action === "stop" || action === "disable" ? "remove" : "modify";
}

const secrets = (host: PlanHost, view: PlanView): string[] =>
  host.secrets.flatMap((secret) => entry(secret.change, secret.name, [], view));

function reboot({ reboot: { needed, reasons } }: PlanHost, width: number): string[] {
  if (needed === "no") return [];
  const state = needed === "yes" ? "needed already, not done by this plan" : "unknown whether one is needed";
  const words = `${state}${reasons.length === 0 ? "" : `: ${reasons.map(printable).join(", ")}`}`;
  return wrap(words, { first: INDENT, width });
}

const closures = (host: PlanHost, style: Style): string[] => [
  style.dim(`  closure  ${printable(host.from?.system ?? "none")}`),
  style.dim(`        -> ${printable(host.to?.system ?? "none")}`),
];
