/** Recorded runs: a table of many, the whole story of one. */

import { countStatuses } from "../../domain/outcome/event-bodies.ts";
import type { RunEvent } from "../../domain/outcome/events.ts";
import { groupFailures } from "../../domain/plan/groups.ts";
import { summarizeRun } from "../../domain/run/summary.ts";
import type { RunReading, RunRecord } from "../../ports/journal.ts";
import { renderError } from "./failures.ts";
import { goOnWords } from "./go-on.ts";
import { lastingLines } from "./lasting-lines.ts";
import { type Cell, duration, table } from "./layout.ts";
import { printable } from "./printable.ts";
import { type RecapView, renderRecap } from "./recap.ts";
import type { Style } from "./style.ts";

/** Ends with a newline. */
export function renderRuns(runs: readonly RunRecord[], style: Style): string {
  if (runs.length === 0) return "no runs are recorded on this machine\n";
  const heading = ["run", "began", "verb", "hosts", "outcome", "took", "by"].map((text) => ({
    text,
    paint: style.dim,
  }));
  const open = runs.flatMap(openWords).slice(0, OPEN_RUNS);
  const hints = open.length === 0 ? [] : ["", ...open];
  return `${[...table([heading, ...runs.map((run) => row(run, style))]), ...hints].join("\n")}\n`;
}

/** More runs than this are seldom open at once, and old ones are seldom gone on with. */
const OPEN_RUNS = 3;

const openWords = (run: RunRecord): string[] =>
  goOnOf(run)
    .flatMap(({ does, command }) => `${does}  ${command}`)
    .slice(0, 1);

function goOnOf({ run, state, flags }: RunRecord) {
  if (state === "running") return [{ does: "follow ", command: `nixfleet runs attach ${run}` }];
  return goOnWords({ run, rollout: state === "ended" ? undefined : state }, flags);
}

function row(run: RunRecord, style: Style): Cell[] {
  const outcome = outcomeOf(run);
  return [
    { text: run.run, paint: style.name },
    { text: minute(run.startedAt) },
    { text: printable(run.verb) },
    { text: String(run.hosts), align: "right" },
    { text: outcome, paint: paintOutcome(outcome, style) },
    { text: run.endedAt === undefined ? "-" : duration(Date.parse(run.endedAt) - Date.parse(run.startedAt)) },
    { text: printable(run.by), paint: style.dim },
  ];
}

/** "ok", "exit 5", "running", "died", "paused". */
function outcomeOf({ state, exit }: RunRecord): string {
  if (state !== "ended") return state;
  return exit === 0 ? "ok" : `exit ${exit ?? "unknown"}`;
}

function paintOutcome(outcome: string, style: Style): (text: string) => string {
  if (outcome === "ok") return style.good;
  return outcome === "running" || outcome === "paused" ? style.warning : style.bad;
}

/** "2027-01-15 08:00Z": the same for everybody who looks. */
const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)}Z`;

/** Ends with a newline. */
export function renderRun(reading: RunReading, view: RecapView): string {
  const { style } = view;
  const head = table([
    [{ text: "run" }, { text: reading.run, paint: style.strong }],
    [{ text: "verb" }, { text: printable(reading.verb) }],
    [{ text: "by" }, { text: printable(reading.by) }],
    [{ text: "began" }, { text: reading.startedAt }],
    [{ text: "state" }, { text: stateWords(reading) }],
    ...(reading.plan === undefined ? [] : [[{ text: "plan" }, { text: reading.plan.id.slice(0, 12) }]]),
    [{ text: "record" }, { text: printable(reading.folder) }],
    ...goOnOf(reading).map(({ does, command }) => [{ text: does.trimEnd() }, { text: command }]),
  ]);
  // The recap tells failures already, in groups; here every host has its line.
  const lines = reading.events.flatMap((event) =>
    lastingLines(event, { ...view, verbosity: Math.max(1, view.verbosity), verb: reading.verb, hosts: undefined }),
  );
  const blocks = [
    head.join("\n"),
    lines.join("\n"),
    ...obstacles(reading.events, style),
    renderRecap(endOf(reading), reading.verb, view).trimEnd(),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** What ended the run before it had results. */
const obstacles = (events: readonly RunEvent[], style: Style): string[] =>
  groupFailures(events.filter((event) => event.type === "diagnostic").filter((event) => event.level === "error")).map(
    ({ error, hosts }) => renderError(error, hosts, style).trimEnd(),
  );

function stateWords({ state, exit }: RunReading): string {
  if (state === "died") return "died: the process ended without a summary; hosts marked unknown may have been changed";
  if (state === "running") return "running";
  return `${state} with exit code ${exit ?? "unknown"}`;
}

/** The summary that was written, or what it would say of a run that never got to it. */
function endOf(reading: RunReading): Extract<RunEvent, { type: "summary" }> {
  const written = reading.events.findLast((event) => event.type === "summary" || event.type === "version");
  if (written?.type === "summary") return { ...written, rollout: undefined };
  const { hosts } = summarizeRun(reading.events);
  const lastTs = reading.events.at(-1)?.ts ?? reading.startedAt;
  return {
    v: 1,
    type: "summary",
    ts: lastTs,
    seq: reading.events.length,
    run: reading.run,
    level: "warn",
    msg: "no summary was written",
    exit: 1,
    ms: Math.max(0, Date.parse(lastTs) - Date.parse(reading.startedAt)),
    counts: countStatuses(hosts),
    hosts: [...hosts],
  };
}
