/** A journal in memory, for tests of what uses one; held to the same contract as the one on disk. */
import type { RunId } from "../../src/domain/ids.ts";
import type { RunEvent } from "../../src/domain/outcome/events.ts";
import { failure } from "../../src/domain/outcome/failure.ts";
import { err, ok } from "../../src/domain/outcome/result.ts";
import type { Plan } from "../../src/domain/plan/plan.ts";
import type { JournalEntry } from "../../src/domain/rollout/event.ts";
import { summarizeRun } from "../../src/domain/run/summary.ts";
import type { Journal, RunHeader, RunJournal, RunReading } from "../../src/ports/journal.ts";

interface KeptRun {
  readonly header: RunHeader;
  readonly events: RunEvent[];
  readonly logs: Map<string, Uint8Array[]>;
  readonly rollout: JournalEntry[];
  plan?: Plan;
  open: boolean;
}

export interface MemoryJournal extends Journal {
  /** What was kept of a host's output. */
  hostLogOf(run: RunId, host: string): string;
}

export function memoryJournal(): MemoryJournal {
  const runs = new Map<RunId, KeptRun>();
  return {
    async begin(run, header) {
      if (runs.has(run)) return err(failure("cli/journal", `run ${run} exists`));
      const kept: KeptRun = { header, events: [], rollout: [], logs: new Map(), open: true };
      runs.set(run, kept);
      return ok(journalOf(run, kept));
    },
    async resume(run) {
      const kept = runs.get(run);
      if (kept === undefined) return err(failure("cli/unknown-run", `no run ${run}`));
      if (kept.open) return err(failure("cli/run-alive", `run ${run} goes on`));
      const reading = readingOf(run, kept);
      kept.open = true;
      return ok({ journal: journalOf(run, kept), reading });
    },
    async follow(run, onEvent) {
      const kept = runs.get(run);
      if (kept === undefined) return err(failure("cli/unknown-run", `no run ${run}`));
      for (const event of kept.events) onEvent(event);
      return ok(undefined);
    },
    list: async () =>
      ok({ runs: [...runs].map(([run, kept]) => readingOf(run, kept)).sort(newestFirst), diagnostics: [] }),
    async read(run) {
      const kept = runs.get(run);
      return kept === undefined ? err(failure("cli/unknown-run", `no run ${run}`)) : ok(readingOf(run, kept));
    },
    hostLogOf: (run, host) => Buffer.concat(runs.get(run)?.logs.get(host) ?? []).toString(),
  };
}

const journalOf = (run: RunId, kept: KeptRun): RunJournal => ({
  run,
  folder: `/memory/${run}`,
  savePlan: async (plan: Plan) => {
    kept.plan = plan;
    return ok(undefined);
  },
  append: async (event: RunEvent) => {
    kept.events.push(event);
  },
  keep: async (entries: readonly JournalEntry[]) => {
    kept.rollout.push(...entries);
  },
  hostLog: async (host: string, chunk: Uint8Array) => {
    kept.logs.set(host, [...(kept.logs.get(host) ?? []), chunk]);
  },
  end: async () => {
    kept.open = false;
  },
});

const newestFirst = (a: RunReading, b: RunReading): number => (a.run < b.run ? 1 : -1);

function readingOf(run: RunId, { header, events, rollout, plan, open }: KeptRun): RunReading {
  const { endedAt, exit, hosts, rollout: end } = summarizeRun(events);
  const rest = end === undefined || end === "completed" ? "ended" : end;
  return {
    run,
    folder: `/memory/${run}`,
    verb: header.verb,
    by: header.by,
    flags: header.flags,
    startedAt: new Date(header.startedAt).toISOString(),
    hosts: Math.max(hosts.length, plan?.hosts.length ?? 0),
    state: exit !== undefined ? rest : open ? "running" : "died",
    events: [...events],
    rollout: [...rollout],
    diagnostics: [],
    ...(plan === undefined ? {} : { plan }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(exit === undefined ? {} : { exit }),
  };
}
