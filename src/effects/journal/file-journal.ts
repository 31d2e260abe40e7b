/** The journal on disk: one folder for each run, readable by its owner alone. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import type { RunEvent } from "../../domain/outcome/events.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Journal, ResumedRun, RunHeader, RunJournal, RunList, RunReading } from "../../ports/journal.ts";
import { followEvents } from "./follow-run.ts";
import { type ProcessMark, processMark } from "./liveness.ts";
import { metaFile, newMeta, type RunMeta, readMeta, writeMeta } from "./meta.ts";
import { takeOwnership } from "./ownership.ts";
import { readRun, recordOf } from "./read-run.ts";
import { readRollout } from "./rollout-file.ts";
import { openRun } from "./run-folder.ts";
import { cutTornLines } from "./torn-lines.ts";
import { journalTrouble } from "./trouble.ts";

export interface FileJournalOptions {
  /** The folder that holds one folder for each run. */
  readonly root: string;
  /** Told at most once for each run when its record can no longer be written; the run itself goes on. */
  readonly warn: (trouble: Failure) => void;
}

/** Where runs are recorded: `$XDG_STATE_HOME/nixfleet/runs`, else below `~/.local/state`. */
export function defaultRunsFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const state = env.XDG_STATE_HOME;
  // The XDG specification says that relative paths are to be ignored.
  const base = state?.startsWith("/") === true ? state : join(home, ".local/state");
  return join(base, "nixfleet/runs");
}

export function fileJournal(options: FileJournalOptions): Journal {
  return {
    begin: (run, header) => begin(options, run, header),
    resume: (run) => resume(options, run),
    list: () => list(options.root),
    read: (run) => read(options.root, run),
    follow: (run, onEvent, signal) => follow(options.root, run, onEvent, signal),
  };
}

async function begin({ root, warn }: FileJournalOptions, run: RunId, header: RunHeader): Promise<Result<RunJournal>> {
  const folder = join(root, run);
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await mkdir(folder, { mode: 0o700 });
    await mkdir(join(folder, "hosts"), { mode: 0o700 });
    const meta = newMeta(run, header, await processMark());
    await writeMeta(folder, meta);
    return ok(await openRun(folder, meta, warn));
  } catch (error) {
    return err(journalTrouble(folder, error));
  }
}

async function resume({ root, warn }: FileJournalOptions, run: RunId): Promise<Result<ResumedRun>> {
  const folder = join(root, run);
  const found = await metaOf(root, run);
  if (!found.ok) return found;
  const here = await processMark();
  const owner = await takeOwnership(folder, found.value, here);
  if (!owner.ok) return owner;
  const reading = await readRun(folder, found.value, here);
  const rollout = await readRollout(folder);
  if (!rollout.ok) return rollout;
  try {
    await cutTornLines(folder);
    const { ended: _ended, ...begun } = found.value;
    const meta = { ...begun, process: here, owner: owner.value };
    await writeMeta(folder, meta);
    return ok({ journal: await openRun(folder, meta, warn), reading });
  } catch (error) {
    return err(journalTrouble(folder, error));
  }
}

async function list(root: string): Promise<Result<RunList>> {
  const names = await folderNames(root);
  if (!names.ok) return names;
  const here = await processMark();
  // Ids sort by time.
  const runs = names.value
    .map(parseRunId)
    .filter((run) => run !== undefined)
    .sort()
    .reverse();
  const records = await Promise.all(runs.map((run) => recordIn(root, run, here)));
  return ok({
    runs: records.flatMap((record) => (record.ok ? [record.value] : [])),
    diagnostics: records.flatMap((record) => (record.ok ? [] : [record.error])),
  });
}

async function recordIn(root: string, run: RunId, here: ProcessMark) {
  const meta = await metaOf(root, run);
  return meta.ok ? ok(await recordOf(join(root, run), meta.value, here)) : meta;
}

async function read(root: string, run: RunId): Promise<Result<RunReading>> {
  const meta = await metaOf(root, run);
  return meta.ok ? ok(await readRun(join(root, run), meta.value, await processMark())) : meta;
}

async function follow(
  root: string,
  run: RunId,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<Result<void>> {
  const here = await processMark();
  const alive = async (): Promise<boolean> => {
    const record = await recordIn(root, run, here);
    return record.ok && record.value.state === "running";
  };
  const meta = await metaOf(root, run);
  if (!meta.ok) return meta;
  try {
    await followEvents(join(root, run), { alive, onEvent }, signal);
    return ok(undefined);
  } catch (error) {
    return err(journalTrouble(join(root, run), error));
  }
}

async function metaOf(root: string, run: RunId): Promise<Result<RunMeta>> {
  const file = metaFile(join(root, run));
  try {
    return readMeta(await readFile(file, "utf8"), run, file);
  } catch (error) {
    if (!isMissing(error)) return err(journalTrouble(file, error));
    return err(
      failure("cli/unknown-run", `no run ${run} is recorded on this machine`, {
        next: "nixfleet runs list shows the runs",
      }),
    );
  }
}

async function folderNames(root: string): Promise<Result<string[]>> {
  try {
    return ok(await readdir(root));
  } catch (error) {
    return isMissing(error) ? ok([]) : err(journalTrouble(root, error));
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
