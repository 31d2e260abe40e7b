/** A fold over Nix's log lines: how far it is, what failed, and the last words of each build. */
import { activityType, type NixLogLine, type NixLogMessage, resultType } from "./log-line.ts";

export interface NixLog {
  /** Activities that are going on, by Nix's id. */
  readonly running: Map<string, Activity>;
  /** The last lines of each derivation's build log, raw. */
  readonly buildLogs: Map<string, string[]>;
  /** Messages of level 0, in order. */
  readonly errors: NixLogMessage[];
  /** Messages of level 1, in order. */
  readonly warnings: string[];
  /** Builds as counted by Nix. */
  builds: Counter;
  /** The derivation whose build began last; empty before any did. */
  latestBuild: string;
  /** Bytes count as they travel, also those of paths that are not whole yet. */
  readonly copied: { paths: number; bytes: number; expectedPaths: number; expectedBytes: number };
}

interface Activity {
  readonly type: number;
  readonly subject: string;
  done: number;
}

interface Counter {
  readonly done: number;
  readonly expected: number;
}

/** What somebody who watches may want to know. */
export type NixProgress =
  | { readonly kind: "build"; readonly text: string; readonly done: number; readonly expected: number }
  | { readonly kind: "fetch"; readonly text: string }
  | {
      readonly kind: "copy";
      readonly text: string;
      /** Paths. */
      readonly done: number;
      readonly expected: number;
      readonly bytes: number;
      readonly expectedBytes: number;
    }
  | { readonly kind: "log"; readonly text: string; readonly drvPath: string }
  | { readonly kind: "message"; readonly text: string };

const KEPT_LOG_LINES = 25;
const KEPT_MESSAGES = 200;
/** Nix tells of every 64 KiB; somebody who watches learns of every fourth MiB of a large path. */
const BYTES_A_STEP = 4 * 1024 * 1024;
const ERROR_LEVEL = 0;
const WARNING_LEVEL = 1;

export function emptyNixLog(): NixLog {
  return {
    running: new Map(),
    buildLogs: new Map(),
    errors: [],
    warnings: [],
    builds: { done: 0, expected: 0 },
    latestBuild: "",
    copied: { paths: 0, bytes: 0, expectedPaths: 0, expectedBytes: 0 },
  };
}

/** Takes one line in and says what it means for somebody who watches, if anything. The log is changed in place. */
export function addLogLine(log: NixLog, line: NixLogLine): NixProgress | undefined {
  switch (line.action) {
    case "start":
      return start(log, line);
    case "stop":
      return stop(log, line.id);
    case "result":
      return result(log, line);
    default:
      return message(log, line);
  }
}

function start(log: NixLog, line: NixLogLine & { action: "start" }): NixProgress | undefined {
  const subject = String(line.fields[0] ?? "");
  log.running.set(line.id, { type: line.type, subject, done: 0 });
  if (line.type === activityType.build) {
    log.latestBuild = subject;
    return buildProgress(log);
  }
  if (line.type === activityType.copyPath) return copyProgress(log, subject);
  return line.type === activityType.fileTransfer ? { kind: "fetch", text: subject } : undefined;
}

function stop(log: NixLog, id: string): NixProgress | undefined {
  const activity = log.running.get(id);
  log.running.delete(id);
  if (activity?.type !== activityType.copyPath) return undefined;
  log.copied.paths += 1;
  return copyProgress(log, activity.subject);
}

/** Paths that a copy brought that went well: where Nix reads from another machine's daemon, the end of the last one is not told. */
export const broughtPaths = ({ copied, running }: NixLog): number =>
  copied.paths + [...running.values()].filter(({ type }) => type === activityType.copyPath).length;

const buildProgress = (log: NixLog): NixProgress => ({ kind: "build", text: log.latestBuild, ...log.builds });

const copyProgress = (log: NixLog, text: string): NixProgress => ({
  kind: "copy",
  text,
  done: log.copied.paths,
  expected: log.copied.expectedPaths,
  bytes: log.copied.bytes,
  expectedBytes: log.copied.expectedBytes,
});

function result(log: NixLog, line: NixLogLine & { action: "result" }): NixProgress | undefined {
  const activity = log.running.get(line.id);
  if (activity === undefined) return undefined;
  if (line.type === resultType.buildLogLine) return buildLogLine(log, activity.subject, String(line.fields[0] ?? ""));
  if (line.type === resultType.setExpected) setExpected(log, activity, line.fields.map(Number));
  return line.type === resultType.progress ? progress(log, activity, line.fields.map(Number)) : undefined;
}

function buildLogLine(log: NixLog, drvPath: string, text: string): NixProgress {
  const lines = log.buildLogs.get(drvPath) ?? [];
  lines.push(text);
  if (lines.length > KEPT_LOG_LINES) lines.shift();
  log.buildLogs.set(drvPath, lines);
  return { kind: "log", text, drvPath };
}

function progress(
  log: NixLog,
  activity: Activity,
  [done = 0, expected = 0]: readonly number[],
): NixProgress | undefined {
  const before = log.copied.bytes;
  if (activity.type === activityType.builds) return buildsCounted(log, { done, expected });
  if (activity.type === activityType.copyPaths) log.copied.expectedPaths = expected;
  if (activity.type === activityType.copyPath) log.copied.bytes += done - activity.done;
  activity.done = done;
  const steps = [before, log.copied.bytes].map((bytes) => Math.floor(bytes / BYTES_A_STEP));
  return steps[0] === steps[1] ? undefined : copyProgress(log, activity.subject);
}

/** Nix ends the activity of a build only when everything is built; what is done shows in the count. */
function buildsCounted(log: NixLog, builds: Counter): NixProgress | undefined {
  const isNews = builds.done > log.builds.done;
  log.builds = builds;
  return isNews ? buildProgress(log) : undefined;
}

/** The sum of all paths that are to be copied, in bytes. */
function setExpected(log: NixLog, { type }: Activity, [of, expected = 0]: readonly number[]): void {
  if (type === activityType.copyPaths && of === activityType.copyPath) log.copied.expectedBytes = expected;
}

function message(log: NixLog, line: NixLogMessage): NixProgress | undefined {
  if (line.level === ERROR_LEVEL) keep(log.errors, line);
  if (line.level === WARNING_LEVEL) keep(log.warnings, line.msg);
  return line.level <= WARNING_LEVEL ? { kind: "message", text: line.msg } : undefined;
}

function keep<T>(messages: T[], message: T): void {
  messages.push(message);
  if (messages.length > KEPT_MESSAGES) messages.shift();
}
