/** What a CI service is told of each host, whatever the command was: a run, a plan or a look. */
import type { EventError } from "../../../domain/outcome/event-error.ts";
import type { HostResult, RunEvent } from "../../../domain/outcome/events.ts";
import type { Plan } from "../../../domain/plan/plan.ts";
import type { Status } from "../../../domain/status/status.ts";
import { verdictOf } from "../../../domain/status/verdict.ts";
import { statusWord } from "../words.ts";

export interface CiReport {
  readonly verb: string;
  readonly ms: number;
  readonly hosts: readonly CiHost[];
}

export interface CiHost {
  readonly name: string;
  /** "passed", "failed", "unreachable" (nothing could be found out), or "skipped" (nothing was tried). */
  readonly outcome: "passed" | "failed" | "unreachable" | "skipped";
  /** In words: "changed", "rolled back", "drifted". */
  readonly word: string;
  readonly ms: number;
  readonly error?: EventError | undefined;
}

export const reportOfRun = ({ hosts, ms }: Extract<RunEvent, { type: "summary" }>, verb: string): CiReport => ({
  verb,
  ms,
  hosts: hosts.map(({ name, status, ms: hostMs, error }) => ({
    name,
    outcome: RUN_OUTCOMES[status],
    word: statusWord(status, verb),
    ms: hostMs,
    error,
  })),
});

const RUN_OUTCOMES: Readonly<Record<HostResult["status"], CiHost["outcome"]>> = {
  unchanged: "passed",
  changed: "passed",
  failed: "failed",
  rolled_back: "failed",
  unknown: "failed",
  unreachable: "unreachable",
  skipped: "skipped",
  held: "skipped",
  locked: "skipped",
  stale: "skipped",
  not_started: "skipped",
};

export const reportOfPlan = ({ hosts }: Plan): CiReport => ({
  verb: "plan",
  ms: 0,
  hosts: hosts.map(({ name, action, error }) => ({ name, ...PLAN_OUTCOMES[action], ms: 0, error })),
});

const PLAN_OUTCOMES: Readonly<Record<Plan["hosts"][number]["action"], Pick<CiHost, "outcome" | "word">>> = {
  change: { outcome: "passed", word: "to change" },
  none: { outcome: "passed", word: "unchanged" },
  held: { outcome: "skipped", word: "held" },
  failed: { outcome: "failed", word: "failed" },
  unreachable: { outcome: "unreachable", word: "unreachable" },
};

/** Only what is broken fails: drift and age are news, for which there are exit codes. */
export const reportOfStatus = (status: Status): CiReport => ({
  verb: "status",
  ms: 0,
  hosts: status.hosts.map((host) => {
    const word = verdictOf(host);
    const failed = word === "failed" || word === "unhealthy";
    const outcome = word === "unreachable" ? "unreachable" : failed ? "failed" : "passed";
    return { name: host.name, outcome, word, ms: 0, error: host.error ?? illnessOf(host) };
  }),
});

function illnessOf({ failedUnits, health }: Status["hosts"][number]): EventError | undefined {
  const unwell = health
    .filter(({ state }) => state === "unhealthy")
    .map(({ name, reason }) => `${name}: ${reason ?? "unhealthy"}`);
  const found = [...unwell, ...failedUnits.map((unit) => `${unit} failed`)];
  return found.length === 0 ? undefined : { code: "host/unhealthy", what: found.join("; ") };
}
