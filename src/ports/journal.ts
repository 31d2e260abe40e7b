/** The record of runs on the machine that runs the CLI: `$XDG_STATE_HOME/nixfleet/runs/<id>/`. */
import type { HostName, RunId } from "../domain/ids.ts";
import type { RolloutEnd, RunEvent } from "../domain/outcome/events.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { JournalEntry } from "../domain/rollout/event.ts";

export interface Journal {
  /** Creates the run's folder, mode 0700. Fails with `cli/journal`, for example when the disk is full. */
  begin(run: RunId, about: RunHeader): Promise<Result<RunJournal>>;
  /**
   * Takes up a run that no process carries out any more: of several that ask, one gets it. Fails with `cli/run-alive` when
   * a process is at it, or when that cannot be known from here, and with `cli/journal-damaged` when its rollout cannot be read.
   */
  resume(run: RunId): Promise<Result<ResumedRun>>;
  /** All runs, newest first; what cannot be read is left out of the list and told beside it. */
  list(): Promise<Result<RunList>>;
  /** Reads one run, also one that is still going or was killed (then without summary). Fails with `cli/unknown-run`. */
  read(run: RunId): Promise<Result<RunReading>>;
  /**
   * Tells the events of a run from its last begin on, and those that another process adds, until nobody carries it out any more or
   * the signal aborts. Fails with `cli/unknown-run`.
   */
  follow(run: RunId, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<Result<void>>;
}

export interface RunHeader {
  readonly verb: string;
  /** `user@machine`. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Words of the command line that lead to the same fleet by the same way. */
  readonly flags: readonly string[];
}

export interface ResumedRun {
  /** Appends to what is there. */
  readonly journal: RunJournal;
  /** As it was when it was taken up. */
  readonly reading: RunReading;
}

export interface RunList {
  readonly runs: readonly RunRecord[];
  readonly diagnostics: readonly Failure[];
}

export interface RunReading extends RunRecord {
  readonly folder: string;
  readonly events: readonly RunEvent[];
  /** What the rollout was told: all that a resume needs. Empty before the first host could start. */
  readonly rollout: readonly JournalEntry[];
  readonly plan?: Plan;
  /** What of the record could not be read: cut or damaged lines. */
  readonly diagnostics: readonly Failure[];
}

export interface RunJournal {
  readonly run: RunId;
  readonly folder: string;
  /** Keeps the plan as plan.json; called once, before anything is changed. */
  savePlan(plan: Plan): Promise<Result<void>>;
  /**
   * Appended and flushed before it resolves; appends of one run keep their order. Of what a host prints only the first
   * megabytes are kept as events.
   */
  append(event: RunEvent): Promise<void>;
  /** Keeps what the rollout is about to be told; on disk when it resolves, so that an intent is recorded before the act. */
  keep(entries: readonly JournalEntry[]): Promise<void>;
  /** Raw host output, by host; control characters are kept, renderers escape. */
  hostLog(host: HostName, chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

export interface RunRecord {
  readonly run: RunId;
  readonly verb: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly exit?: number;
  readonly hosts: number;
  readonly by: string;
  /** "died": its process is gone and nothing was summed up. What is neither running nor ended can be resumed. */
  readonly state: "running" | "ended" | "died" | RunRest;
  readonly flags: readonly string[];
}

/** How a run came to rest before its end. */
export type RunRest = Exclude<RolloutEnd, "completed">;
