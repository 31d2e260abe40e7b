/** The summary of a job in Markdown, within what GitHub takes: more than the limit, and the whole of it is thrown away. */
import { foldHosts } from "../../../domain/fold-hosts.ts";
import type { EventError } from "../../../domain/outcome/event-error.ts";
import { groupFailures } from "../../../domain/plan/groups.ts";
import { renderError } from "../failures.ts";
import { count, duration } from "../layout.ts";
import { printable } from "../printable.ts";
import type { CiHost, CiReport } from "./outcome.ts";

/** Ends with a newline; never longer than so many bytes. What does not fit is left out, the list of hosts first. */
export function summaryMarkdown(report: CiReport, maxBytes: number): string {
  const { verb, ms, hosts } = report;
  const took = ms > 0 ? ` in ${duration(ms)}` : "";
  const head = `### nixfleet ${code(verb)}: ${count(hosts.length, "host")}${took}\n\n`;
  const counts = countTable(hosts);
  const failures = failureBlocks(hosts);
  const everything = [head + counts + failures + hostTable(hosts), head + counts + failures, head + counts, head];
  return everything.find((text) => Buffer.byteLength(text) <= maxBytes) ?? "";
}

function countTable(hosts: readonly CiHost[]): string {
  const words = new Map<string, number>();
  for (const { word } of hosts) words.set(word, (words.get(word) ?? 0) + 1);
  if (words.size === 0) return "";
  return table(
    ["", "hosts"],
    [...words].map(([word, number]) => [word, String(number)]),
  );
}

function failureBlocks(hosts: readonly CiHost[]): string {
  const failing = hosts.flatMap(({ name, outcome, error }) =>
    error === undefined || outcome === "passed" ? [] : [{ host: name, error }],
  );
  return groupFailures(failing)
    .map(({ hosts: names, error }) => `**${code(foldHosts(names))}**\n\n${fenced(textOf(error, names))}\n`)
    .join("");
}

const textOf = (error: EventError, hosts: readonly string[]): string => renderError(error, hosts).trimEnd();

const hostTable = (hosts: readonly CiHost[]): string =>
  hosts.length === 0
    ? ""
    : `<details><summary>All hosts</summary>\n\n${table(
        ["host", "", "time"],
        hosts.map(({ name, word, ms }) => [code(name), word, ms > 0 ? duration(ms) : ""]),
      )}\n</details>\n\n`;

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `${line(titles)}${line(titles.map(() => "---"))}${rows.map(line).join("")}\n`;
}

/** A fence longer than any inside of it. */
function fenced(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}text\n${text}\n${fence}\n`;
}

const code = (text: string): string => `\`${printable(text).replaceAll("`", "'").replaceAll("|", "\\|")}\``;
