/** Reads a run back; a cut or damaged part is reported and the rest is told. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import { eventSchema, type RolloutEnd, type RunEvent } from "../../domain/outcome/events.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { decodePlan } from "../../domain/plan/codec.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { type RunSummary, summarizeRun } from "../../domain/run/summary.ts";
import type { RunReading, RunRecord } from "../../ports/journal.ts";
import { isAlive, type ProcessMark } from "./liveness.ts";
import type { RunMeta } from "./meta.ts";
import { readRollout } from "./rollout-file.ts";

export async function readRun(folder: string, meta: RunMeta, here: ProcessMark): Promise<RunReading> {
  const { events, diagnostics } = await readEvents(folder);
  const plan = await readPlan(folder);
  const rollout = await readRollout(folder);
  const record = toRecord(meta, summarizeRun(events), await isAlive(meta.process, here));
  return {
    ...record,
    folder,
    events,
    rollout: rollout.ok ? rollout.value : [],
    ...plan.found,
    diagnostics: [...diagnostics, ...plan.diagnostics, ...(rollout.ok ? [] : [rollout.error])],
  };
}

/** For lists: the events are read only where meta.json does not tell the end. */
export async function recordOf(folder: string, meta: RunMeta, here: ProcessMark): Promise<RunRecord> {
  if (meta.ended !== undefined) return toRecord(meta, {}, undefined);
  const alive = await isAlive(meta.process, here);
  return toRecord(meta, alive === true ? {} : summarizeRun((await readEvents(folder)).events), alive);
}

function toRecord(
  meta: RunMeta,
  told: Partial<Pick<RunSummary, "endedAt" | "exit" | "rollout" | "hosts">>,
  alive: boolean | undefined,
): RunRecord {
  const endedAt = meta.ended?.at ?? told.endedAt;
  const exit = meta.ended?.exit ?? told.exit;
  return {
    run: runIdOf(meta),
    verb: meta.verb,
    startedAt: meta.startedAt,
    by: meta.by,
    hosts: Math.max(meta.hosts, told.hosts?.length ?? 0),
    state: exit !== undefined ? restOf(meta.ended?.rollout ?? told.rollout) : alive === false ? "died" : "running",
    flags: meta.flags,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(exit === undefined ? {} : { exit }),
  };
}

const restOf = (end: RolloutEnd | undefined): RunRecord["state"] =>
  end === undefined || end === "completed" ? "ended" : end;

function runIdOf(meta: RunMeta): RunId {
  const run = parseRunId(meta.run);
  if (run === undefined) throw new Error(`meta.json of a run names ${meta.run}, which is no run id`);
  return run;
}

async function readEvents(folder: string): Promise<{ events: RunEvent[]; diagnostics: Failure[] }> {
  const text = await readFile(join(folder, "events.ndjson"), "utf8").catch(() => "");
  const events: RunEvent[] = [];
  const damaged: number[] = [];
  text.split("\n").forEach((line, index) => {
    if (line === "") return;
    const event = parseEvent(line);
    if (event === undefined) damaged.push(index + 1);
    else events.push(event);
  });
  return { events, diagnostics: damaged.length === 0 ? [] : [damagedLines(folder, damaged)] };
}

export function parseEvent(line: string): RunEvent | undefined {
  try {
    const parsed = eventSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

const damagedLines = (folder: string, lines: readonly number[]): Failure =>
  failure("cli/journal-damaged", "a part of the run's events cannot be read", {
    expected: `one event on each line of ${join(folder, "events.ndjson")}`,
    found: `no event on line ${lines.slice(0, 5).join(", ")}${lines.length > 5 ? ` and ${lines.length - 5} more` : ""}`,
  });

async function readPlan(folder: string): Promise<{ found: { plan?: Plan }; diagnostics: Failure[] }> {
  const text = await readFile(join(folder, "plan.json"), "utf8").catch(() => undefined);
  if (text === undefined) return { found: {}, diagnostics: [] };
  const plan = decodePlan(text);
  return plan.ok ? { found: { plan: plan.value }, diagnostics: [] } : { found: {}, diagnostics: [plan.error] };
}
