/** The record of runs on the machine that runs the CLI: `$XDG_STATE_HOME/nixfleet/runs/<id>/`. */
import type { HostName, RunId } from "../domain/ids.ts";
import type { RunEvent } from "../domain/outcome/events.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";

export interface Journal {
  /** Creates the run's folder, mode 0700. */
  begin(run: RunId, plan: Plan | undefined): Promise<Result<RunJournal>>;
  list(): Promise<Result<readonly RunRecord[]>>;
  /** Reads one run, also one that is still going or was killed (then without summary). */
  read(run: RunId): Promise<Result<RunRecord & { readonly events: readonly RunEvent[]; readonly plan?: Plan }>>;
}

export interface RunJournal {
  readonly run: RunId;
  readonly folder: string;
  /** Appended and flushed before it resolves. */
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
