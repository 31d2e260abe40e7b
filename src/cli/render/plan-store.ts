/** What a change means for the hosts' stores: packages behind the listed ones, sizes, what is sent. */
import type { ClosureDifference } from "../../domain/closure/compare.ts";
import type { ChangeGroup } from "../../domain/plan/groups.ts";
import type { PlanHost } from "../../domain/plan/plan.ts";
import { count, wrap } from "./layout.ts";
import { type Change, INDENT, markedRows } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";
import { byteWords, versionWords } from "./words.ts";

/** Beyond these, packages are only counted, unless asked for. */
const ROWS_OF_PACKAGES = 12;

export function renderStore({ example, members }: ChangeGroup, view: PlanView): string[] {
  const { closure } = example;
  if (closure === undefined) return [];
  return [...packages(example, closure, view), ...sizes(members, closure, view)];
}

/** Those that the configuration names stand above already. */
function packages({ packages: listed }: PlanHost, closure: ClosureDifference, view: PlanView): string[] {
  const named = new Set(listed.map(({ name }) => name));
  const behind = closure.packages.filter(({ name }) => !named.has(name));
  const shown = view.verbosity > 0 ? behind : behind.slice(0, ROWS_OF_PACKAGES);
  const rows = shown.map(({ name, from, to }) => {
    const change: Change = from === null ? "add" : to === null ? "remove" : "modify";
    return { change, cells: [{ text: printable(name) }, { text: versionWords(from, to) }] };
  });
  const more = behind.length - shown.length;
  return [
    ...markedRows(rows, view),
    ...(more === 0 ? [] : [view.style.dim(`${INDENT}and ${count(more, "package")} more; -v lists them`)]),
    ...(closure.rebuilt === 0
      ? []
      : [view.style.dim(`${INDENT}${count(closure.rebuilt, "package")} rebuilt in the same version`)]),
  ];
}

function sizes(members: readonly PlanHost[], { bytes }: ClosureDifference, view: PlanView): string[] {
  const compared = members.flatMap(({ closure }) => closure ?? []);
  const sent = compared.reduce((sum, { copy }) => sum + copy.bytes, 0);
  const paths = compared.reduce((sum, { copy }) => sum + copy.paths, 0);
  const size = bytes.from === null ? byteWords(bytes.to) : `${byteWords(bytes.from)} -> ${byteWords(bytes.to)}`;
  const where = compared.length > 1 ? ` to ${count(compared.length, "host")}` : "";
  const travel = paths === 0 ? "nothing to send" : `${count(paths, "path")}, ${byteWords(sent)} to send${where}`;
  return wrap(`${size}; ${travel}`, { first: INDENT, width: view.width }).map((line) => view.style.dim(line));
}
