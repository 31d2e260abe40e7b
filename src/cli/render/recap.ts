/** The last words of a run: counts, failures grouped by equal cause, and the next command. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { quote } from "../../domain/host/quote.ts";
import type { HostResult, HostStatus, RunEvent } from "../../domain/outcome/events.ts";
import type { FailureCode } from "../../domain/outcome/failure-codes/index.ts";
import { groupFailures } from "../../domain/plan/groups.ts";
import type { Repetition } from "../repetition.ts";
import { renderError } from "./failures.ts";
import { goOnWords } from "./go-on.ts";
import { duration, wrap } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { paintStatus, rerunnable, statusOrder, statusWord, troubled } from "./words.ts";

export interface RecapView {
  readonly style: Style;
  readonly width: number;
  readonly verbosity: number;
  /** How to type the command again. */
  readonly again?: Repetition;
}

type Summary = Extract<RunEvent, { type: "summary" }>;

/** Evidence lines of each group of failures; the journal has the rest. */
const DETAIL_LINES = 12;

/** Ends with a newline. */
export function renderRecap(summary: Summary, verb: string, view: RecapView): string {
  if (nothingDone(summary)) return `${headline(summary, verb, "nothing was changed", view.style)}\n`;
  const failing = summary.hosts.filter((host) => troubled.has(host.status) && !toldWithOutput(host, summary));
  const errors = groupFailures(failing.flatMap(failureOf)).map((group) =>
    renderError(shortened(group.error), group.hosts, view.style),
  );
  const blocks = [...(view.verbosity < 0 ? [] : errors), ...leftOut(summary, verb, view), closing(summary, verb, view)];
  return blocks.map((block) => `${block.trimEnd()}\n`).join("\n");
}

/** No host was begun: the operator said no, or pressed Ctrl-C early enough. */
const nothingDone = ({ hosts }: Summary): boolean =>
  hosts.some((host) => host.status === "not_started") && hosts.every((host) => host.ms === 0);

/** The outputs of several hosts stand under the names of those hosts, with how the command ended. */
const toldWithOutput = ({ error }: HostResult, { hosts }: Summary): boolean =>
  hosts.length > 1 && error?.code === COMMAND_FAILED;

const COMMAND_FAILED: FailureCode = "host/command-failed";

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
function leftOut(summary: Summary, verb: string, { style, width }: RecapView): string[] {
  const quiet = summary.hosts.filter(
    (host) => host.error === undefined && (troubled.has(host.status) || host.status === "not_started"),
  );
  const byStatus = statusOrder.map((status) => [status, quiet.filter((host) => host.status === status)] as const);
  return byStatus
    .filter(([, hosts]) => hosts.length > 0)
    .map(([status, hosts]) => {
      const names = printable(foldHosts(hosts.map((host) => host.name)));
      const [first = "", ...others] = wrap(names, { first: `${statusWord(status, verb)}  `, width });
      const word = statusWord(status, verb);
      return [paintStatus(status, style)(word) + first.slice(word.length), ...others].join("\n");
    });
}

function closing(summary: Summary, verb: string, { style, again }: RecapView): string {
  const words = statusOrder.flatMap((status) => countWord(summary, status, verb, style));
  const line = headline(summary, verb, words.join(", ") || "no hosts", style);
  const goingOn = goOnWords(summary, again?.flags ?? []).map(({ does, command }) => `${does}  ${command}`);
  if (!summary.hosts.some(({ status }) => isUnfinished(status))) return [line, ...goingOn].join("\n");
  const details = `details  nixfleet runs show ${printable(summary.run)}`;
  // A halted run goes on as it was planned, or a new one takes its failed hosts after a change.
  if (goingOn.length > 0 && summary.rollout !== "halted") return [line, details, ...goingOn].join("\n");
  // A host that moved needs another plan: the same one would be refused again.
  const onlyStale = summary.hosts.every(({ status }) => status === "stale" || !isUnfinished(status));
  const repeating = onlyStale ? [] : [`again    ${againWords(summary, verb, again)}`];
  return [line, details, ...goingOn, ...repeating].join("\n");
}

const isUnfinished = (status: HostStatus): boolean => troubled.has(status) || status === "not_started";

const headline = (summary: Summary, verb: string, words: string, style: Style): string =>
  `${style.strong(printable(verb))} ${summary.exit === 0 ? "done" : "ended"} in ${duration(summary.ms)}: ${words}`;

function againWords(summary: Summary, verb: string, again: Repetition | undefined): string {
  const failed = summary.hosts.some((host) => rerunnable.has(host.status));
  if (!failed) return "the same command: what is done is left alone";
  const words = ["nixfleet", verb, "--rerun", "failed", "--run", summary.run];
  // Of a recorded run nobody knows any more what was typed.
  const operands = again?.operands ?? [];
  const typed = [...(again?.flags ?? []), ...(verb === "run" && operands.length === 0 ? ["--", "COMMAND"] : operands)];
  return printable([...words, ...typed.map(quote)].join(" "));
}

function countWord(summary: Summary, status: HostStatus, verb: string, style: Style): string[] {
  const number = summary.counts[status] ?? 0;
  return number === 0 ? [] : [paintStatus(status, style)(`${number} ${statusWord(status, verb)}`)];
}
