/** A run as events, with one of everything, for journals and renderers. */
import type { HostName } from "../../src/domain/ids.ts";
import {
  diagnosed,
  type EventBody,
  eventStamper,
  hostFinished,
  hostPrinted,
  phaseEnded,
  phaseProgressed,
  phaseStarted,
  planMade,
  runEnded,
  runStarted,
  signalled,
} from "../../src/domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../../src/domain/outcome/event-error.ts";
import type { HostResult, RunEvent } from "../../src/domain/outcome/events.ts";
import { failure } from "../../src/domain/outcome/failure.ts";
import { makeRunId } from "../../src/domain/run/run-id.ts";
import { host, sha, store } from "./plan-builders.ts";

export const startMs = Date.UTC(2027, 0, 15, 8, 0, 0);
export const exampleRun = makeRunId(startMs, new Uint8Array(10));

/** Stamps bodies half a second apart. */
export function eventsOf(bodies: readonly EventBody[], run = exampleRun): RunEvent[] {
  const stamp = eventStamper(run);
  return bodies.map((body, index) => stamp(body, startMs + index * 500));
}

const rolledBack = failure("host/rolled-back", "activation failed, the previous closure is live again", {
  detail: `${Array.from({ length: 20 }, (_, line) => `log line ${line}`).join("\n")}\n`,
  next: "nixfleet runs show, then fix the unit",
});

const refused = failure("transport/refused", "the host refused the connection", { next: "check that sshd listens" });

export const results: readonly HostResult[] = [
  ...["web-1", "web-2"].map((name): HostResult => changed(name, 14_000)),
  { name: "web-3", status: "unchanged", from: store("1", "web"), to: store("1", "web"), ms: 0 },
  ...["web-4", "web-5"].map(
    (name): HostResult => ({ ...changed(name, 21_000), status: "rolled_back", error: eventErrorOf(rolledBack) }),
  ),
  { name: "edge-7", status: "unreachable", from: null, to: null, ms: 3000, error: eventErrorOf(refused) },
  ...["web-6", "web-7"].map((name): HostResult => ({ ...changed(name, 0), status: "not_started" })),
];

function changed(name: string, ms: number): HostResult {
  return { name, status: "changed", from: store("1", "web"), to: store("2", "web"), ms };
}

export const exampleBodies: readonly EventBody[] = [
  runStarted("0.1.0", "apply", "ann@desk"),
  phaseStarted("connect", host("web-1")),
  phaseEnded("connect", { host: host("web-1"), ms: 120 }),
  phaseStarted("build"),
  phaseProgressed("build", "nginx-1.28.1", { done: 3, expected: 12 }),
  phaseEnded("build", { ms: 4000 }),
  diagnosed(failure("nix/warning", "the option services.old is gone"), "warn"),
  planMade(sha("b"), 8, 7),
  phaseStarted("copy", host("web-1")),
  phaseProgressed("copy", "31 MiB", { host: host("web-1"), done: 9, expected: 40 }),
  phaseEnded("copy", { host: host("web-1"), ms: 900 }),
  phaseStarted("activate", host("web-1")),
  hostPrinted(host("web-1"), "activate", "stdout", "restart nginx.service"),
  phaseEnded("activate", { host: host("web-1"), ms: 2000 }),
  ...results.slice(0, 3).map(hostFinished),
  phaseStarted("activate", host("web-4")),
  phaseEnded("activate", { host: host("web-4"), ms: 9000, error: rolledBack }),
  signalled("SIGINT", "draining"),
  ...results.slice(3).map(hostFinished),
  runEnded({ exit: 130, ms: 41_000, hosts: results }),
];

export const exampleEvents: readonly RunEvent[] = eventsOf(exampleBodies);

/** A run of a command on four hosts, one of which fails. */
export function commandEvents(names: readonly string[], lines: (name: string) => readonly string[]): RunEvent[] {
  const failed = failure("host/command-failed", "the command ended with exit code 2");
  const outcome = (name: string): HostResult =>
    name === "db-1" ? { ...changed(name, 400), status: "failed", error: eventErrorOf(failed) } : changed(name, 400);
  const ended = names.map(outcome);
  return eventsOf([
    runStarted("0.1.0", "run", "ann@desk"),
    planMade(sha("b"), names.length, names.length),
    ...names.flatMap((name) => lines(name).map((line) => hostPrinted(name as HostName, "task", "stdout", line))),
    ...ended.map(hostFinished),
    runEnded({ exit: names.includes("db-1") ? 5 : 0, ms: 1200, hosts: ended }),
  ]);
}
