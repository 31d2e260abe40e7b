/** The inside of one group of equal change: packages, accounts, directories, files, units, reboot, notes. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { type ChangeGroup, groupBy } from "../../domain/plan/groups.ts";
import type { Plan, PlanHost } from "../../domain/plan/plan.ts";
import { wrap } from "./layout.ts";
import { type Change, INDENT, markedRows } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { renderBuild } from "./plan-build.ts";
import { entry, modeWords, renderFiles } from "./plan-files.ts";
import { renderHealth } from "./plan-health.ts";
import { renderHooks } from "./plan-hooks.ts";
import { renderKeptBack, renderOsUpdates, renderReboot } from "./plan-os.ts";
import { renderStore } from "./plan-store.ts";
import { renderUnits } from "./plan-units.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { versionWords } from "./words.ts";

export function renderChanges(plan: Pick<Plan, "verb">, group: ChangeGroup, view: PlanView): string[] {
  const { example, members } = group;
  return [
    ...section("command", commands(example)),
    ...section("packages", packages(example, view)),
    ...section("accounts", accounts(example, view)),
    ...section("directories", directories(example, view)),
    ...section("files", renderFiles(group, view)),
    ...section("units", renderUnits(example, view)),
    ...section("secrets", secrets(example, view)),
    ...renderOsUpdates(example, view),
    ...section("kept back", renderKeptBack(example, view)),
    ...section("reboot", plan.verb === "run" ? [] : renderReboot(example, view)),
    ...section("hooks", renderHooks(example, view)),
    ...section("healthy when", renderHealth(example, view)),
    ...example.notes.flatMap((note) => wrap(printable(note), { first: "  note  ", width: view.width })),
    ...section("build", renderBuild(example, view)),
    ...section("store", renderStore(group, view)),
    ...section("closure", view.verbosity > 0 ? closures(members, view.style) : []),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines];

const commands = (host: PlanHost): string[] =>
  host.steps.flatMap((step) => (step.kind === "run" ? [`${INDENT}${printable(step.command)}`] : []));

function packages(host: PlanHost, view: PlanView): string[] {
  const rows = host.packages.map(({ name, from, to }) => {
    const change: Change = from === null ? "add" : to === null ? "remove" : "modify";
    return { change, cells: [{ text: printable(name) }, { text: versionWords(from, to) }] };
  });
  return markedRows(rows, view);
}

function accounts(host: PlanHost, view: PlanView): string[] {
  const rows = host.users.map(({ kind, name, change, because = "" }) => ({
    change,
    cells: [{ text: kind }, { text: printable(name) }],
    remark: { text: change === "remove" ? leavingWords[kind] : printable(because), paint: view.style.dim },
  }));
  return markedRows(rows, view);
}

const leavingWords = {
  user: "no longer managed: closed if nixfleet made it, never deleted",
  group: "no longer managed: removed if nixfleet made it and nobody is in it",
} as const;

const directories = (host: PlanHost, view: PlanView): string[] =>
  host.directories.flatMap(({ path, change, mode }) =>
    entry(change, path, { trouble: modeWords(mode), facts: [] }, view),
  );

const secrets = (host: PlanHost, view: PlanView): string[] =>
  host.secrets.flatMap((secret) => entry(secret.change, secret.name, { trouble: [], facts: [] }, view));

/** What nobody knows is news only to those who ask for more. */
/** Old and new below each other: two store paths fit no line. */
function closures(members: readonly PlanHost[], style: Style): string[] {
  const groups = groupBy(members, closureOf);
  return groups.flatMap((same) => [
    ...(groups.length === 1 ? [] : [INDENT + style.name(printable(foldHosts(same.map((host) => host.name))))]),
    ...same.slice(0, 1).flatMap((host) =>
      closureOf(host)
        .split("\n")
        .map((line) => style.dim(INDENT + line)),
    ),
  ]);
}

const closureOf = ({ from, to }: PlanHost): string =>
  `   ${printable(from?.system ?? "none")}\n-> ${printable(to?.system ?? "none")}`;
