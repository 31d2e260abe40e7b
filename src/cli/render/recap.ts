/** The last words of a run: counts, failures grouped by equal cause, and the next command. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { HostResult, HostStatus, RunEvent } from "../../domain/outcome/events.ts";
import { groupFailures } from "../../domain/plan/groups.ts";
import { renderError } from "./failures.ts";
import { duration, wrap } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { paintStatus, rerunnable, statusOrder, statusWords, troubled } from "./words.ts";

export interface RecapView {
  readonly style: Style;
  readonly width: number;
  readonly verbosity: number;
}

type Summary = Extract<RunEvent, { type: "summary" }>;

/** Evidence lines of each group of failures; the journal has the rest. */
const DETAIL_LINES = 12;

/** Ends with a newline. */
export function renderRecap(summary: Summary, verb: string, view: RecapView): string {
  const failing = summary.hosts.filter((host) => troubled.has(host.status));
  const errors = groupFailures(failing.flatMap(failureOf)).map((group) =>
    renderError(shortened(group.error), group.hosts, view.style),
  );
  const blocks = [...(view.verbosity < 0 ? [] : errors), ...leftOut(summary, view), closing(summary, verb, view)];
  return blocks.map((block) => `${block.trimEnd()}\n`).join("\n");
}

function failureOf(host: HostResult) {
  return host.error === undefined ? [] : [{ host: host.name, error: host.error }];
}

function shortened(error: NonNullable<HostResult["error"]>): NonNullable<HostResult["error"]> {
  const lines = error.detail?.replace(/\n$/, "").split("\n") ?? [];
  if (lines.length <= DETAIL_LINES) return error;
  const cut = lines.length - DETAIL_LINES;
  return { ...error, detail: [`(${cut} lines before these are in the log)`, ...lines.slice(cut)].join("\n") };
}

/** Hosts that ended badly or not at all, without a failure of their own to tell. */
function leftOut(summary: Summary, { style, width }: RecapView): string[] {
  const quiet = summary.hosts.filter(
    (host) => host.error === undefined && (troubled.has(host.status) || host.status === "not_started"),
  );
  const byStatus = statusOrder.map((status) => [status, quiet.filter((host) => host.status === status)] as const);
  return byStatus
    .filter(([, hosts]) => hosts.length > 0)
    .map(([status, hosts]) => {
      const names = printable(foldHosts(hosts.map((host) => host.name)));
      const [first = "", ...others] = wrap(names, { first: `${statusWords[status]}  `, width });
      const word = statusWords[status];
      return [paintStatus(status, style)(word) + first.slice(word.length), ...others].join("\n");
    });
}

function closing(summary: Summary, verb: string, { style, width }: RecapView): string {
  const words = statusOrder.flatMap((status) => countWord(summary, status, style));
  const line = `${style.strong(printable(verb))} ${summary.exit === 0 ? "done" : "ended"} in ${duration(summary.ms)}: ${words.join(", ") || "no hosts"}`;
  const unfinished = summary.hosts.some((host) => troubled.has(host.status) || host.status === "not_started");
  if (!unfinished) return line;
  const details = wrap(`nixfleet runs show ${printable(summary.run)}`, { first: "details  ", width });
  return [line, ...details, ...wrap(againWords(summary, verb), { first: "again    ", width })].join("\n");
}

function againWords(summary: Summary, verb: string): string {
  const failed = summary.hosts.some((host) => rerunnable.has(host.status));
  if (!failed) return "the same command: what is done is left alone";
  const rerun = `nixfleet ${printable(verb)} --rerun failed --run ${printable(summary.run)}`;
  return verb === "run" ? `${rerun} -- COMMAND` : rerun;
}

function countWord(summary: Summary, status: HostStatus, style: Style): string[] {
  const number = summary.counts[status] ?? 0;
  return number === 0 ? [] : [paintStatus(status, style)(`${number} ${statusWords[status]}`)];
}
