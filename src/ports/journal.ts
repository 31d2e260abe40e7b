/** The record of runs on the machine that runs the CLI: `$XDG_STATE_HOME/nixfleet/runs/<id>/`. */
import type { HostName, RunId } from "../domain/ids.ts";
import type { RunEvent } from "../domain/outcome/events.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";

export interface Journal {
  /** Creates the run's folder, mode 0700. Fails with `cli/journal`, for example when the disk is full. */
  begin(run: RunId, about: RunHeader): Promise<Result<RunJournal>>;
  /** All runs, newest first; what cannot be read is left out of the list and told beside it. */
  list(): Promise<Result<RunList>>;
  /** Reads one run, also one that is still going or was killed (then without summary). Fails with `cli/unknown-run`. */
  read(run: RunId): Promise<Result<RunReading>>;
}

export interface RunHeader {
  readonly verb: string;
  /** `user@machine`. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export interface RunList {
  readonly runs: readonly RunRecord[];
  readonly diagnostics: readonly Failure[];
}

export interface RunReading extends RunRecord {
  readonly folder: string;
  readonly events: readonly RunEvent[];
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
  readonly state: "running" | "ended" | "died";
}
