/** The lines of a run that stay on the screen: trouble always, good news while the fleet is small. */
import type { HostResult, RunEvent } from "../../domain/outcome/events.ts";
import type { FailureCode } from "../../domain/outcome/failure-codes/index.ts";
import { duration } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { paintStatus, statusWord, troubled } from "./words.ts";

/** Fleets up to this size get a line for each host that changed; larger ones would lose sight of the trouble. */
const SMALL_FLEET = 20;

export interface LineView {
  readonly verb: string;
  readonly verbosity: number;
  readonly style: Style;
  /** Hosts that the plan changes; undefined before there is a plan. */
  readonly hosts: number | undefined;
}

export function lastingLines(event: RunEvent, view: LineView): string[] {
  switch (event.type) {
    case "host_result":
      return isWorthALine(event.result, view) ? [resultLine(event.result, view)] : [];
    case "diagnostic":
      // What ends a run is told whole, when it has ended.
      return event.level === "error" ? [] : [diagnosticLine(event, view.style)];
    case "rollout":
    case "signal":
      return [view.style.warning(printable(event.msg))];
    case "phase_start":
      return view.verbosity >= 2 ? [view.style.dim(printable(event.msg))] : [];
    case "phase_end":
      return view.verbosity >= 2 ? [view.style.dim(`${printable(event.msg)} after ${duration(event.ms)}`)] : [];
    case "hook":
      return view.verbosity >= 1 && event.state !== "started" ? [view.style.dim(printable(event.msg))] : [];
    case "log":
      // What a task prints is the result of the command, and shown as such.
      return view.verbosity >= 3 && event.phase !== "task"
        ? [`${printable(event.host ?? "here")} | ${printable(event.msg)}`]
        : [];
    case "os_updated":
      return osUpdateLines(event, view);
    case "version":
    case "plan":
    case "phase_progress":
    case "summary":
      return [];
  }
}

/** What has to be looked after is told always; the packages stand in the plan already. */
function osUpdateLines(
  { host, packages, conffiles, services }: Extract<RunEvent, { type: "os_updated" }>,
  { verbosity, style }: LineView,
): string[] {
  const name = printable(host);
  const listed = (words: readonly string[]): string => words.map(printable).join(", ");
  return [
    ...(verbosity > 0
      ? packages.map((pack) => `${name}  ${printable(pack.name)} ${pack.from ?? "new"} -> ${pack.to ?? "removed"}`)
      : []),
    ...(conffiles.length > 0
      ? [style.warning(`${name}  edited files kept, new versions beside them: ${listed(conffiles)}`)]
      : []),
    ...(services.length > 0 ? [style.warning(`${name}  still run old code: ${listed(services)}`)] : []),
  ];
}

function isWorthALine({ status, error }: HostResult, { verb, verbosity, hosts }: LineView): boolean {
  // How a command ended stands above what it printed.
  const toldWithOutput = verb === "run" && (status === "changed" || error?.code === COMMAND_FAILED);
  if (toldWithOutput) return verbosity > 0;
  if (troubled.has(status)) return true;
  if (verbosity < 0) return false;
  return verbosity > 0 || (status === "changed" && (hosts ?? 0) <= SMALL_FLEET);
}

const COMMAND_FAILED: FailureCode = "host/command-failed";

/** "web-3  changed in 14 s", "web-4  failed in 2 s: unit nginx.service failed". */
function resultLine({ name, status, ms, error }: HostResult, { verb, style }: LineView): string {
  const took = ms > 0 ? ` in ${duration(ms)}` : "";
  const why = error === undefined ? "" : `: ${printable(error.what)}`;
  return `${style.name(printable(name))}  ${paintStatus(status, style)(statusWord(status, verb))}${took}${why}`;
}

function diagnosticLine(event: Extract<RunEvent, { type: "diagnostic" }>, style: Style): string {
  const place = event.host === undefined ? "" : `${printable(event.host)}: `;
  return `${style.warning("warning")}[${printable(event.error.code)}]: ${place}${printable(event.error.what)}`;
}
