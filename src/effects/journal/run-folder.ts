/** Writes one run: events in order, logs of hosts, the plan. Trouble with the disk never stops the run itself. */
import { appendFile, type FileHandle, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseRunId } from "../../domain/ids.ts";
import type { RunEvent } from "../../domain/outcome/events.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { encodePlan } from "../../domain/plan/codec.ts";
import type { RunJournal } from "../../ports/journal.ts";
import { type RunMeta, writeMeta } from "./meta.ts";
import { keepEntries, rolloutFile } from "./rollout-file.ts";
import { journalTrouble } from "./trouble.ts";

/** Creates its files, or appends to what an earlier process wrote. */
export async function openRun(folder: string, begun: RunMeta, warn: (trouble: Failure) => void): Promise<RunJournal> {
  const run = parseRunId(begun.run);
  if (run === undefined) throw new Error(`a journal was begun for ${begun.run}, which is no run id`);
  const events = await open(join(folder, "events.ndjson"), "a", 0o600);
  const rollout = await open(rolloutFile(folder), "a", 0o600);
  const queue = lineQueue(events);
  const logs = new Map<string, Promise<void>>();
  const isKept = outputLimit();
  let meta = begun;
  let warned = false;
  const guarded = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!warned) warn(journalTrouble(folder, error));
      warned = true;
    }
  };
  return {
    run,
    folder,
    async savePlan(plan) {
      try {
        await writeFile(join(folder, "plan.json"), encodePlan(plan), { mode: 0o600 });
        meta = { ...meta, hosts: plan.hosts.length };
        await writeMeta(folder, meta);
        return ok(undefined);
      } catch (error) {
        return err(journalTrouble(folder, error));
      }
    },
    append(event) {
      meta = noteEvent(meta, event);
      if (!isKept(event)) return Promise.resolve();
      return guarded(queue.add(`${JSON.stringify(event)}\n`));
    },
    keep: (entries) => guarded(keepEntries(rollout, entries)),
    hostLog(host, chunk) {
      const file = join(folder, "hosts", `${host}.log`);
      const before = logs.get(host) ?? Promise.resolve();
      const written = before.then(() => guarded(appendFile(file, chunk, { mode: 0o600 })));
      logs.set(host, written);
      return written;
    },
    async end() {
      await Promise.all(logs.values());
      await guarded(queue.settled().then(() => events.datasync()));
      await guarded(Promise.all([events.close(), rollout.close()]));
      await guarded(writeMeta(folder, meta));
    },
  };
}

/** Of a host's output the events keep the beginning; its log has all of it, so that a run can be read back whatever was printed. */
const MAX_OUTPUT_CHARACTERS = 2 * 1024 * 1024;

function outputLimit(): (event: RunEvent) => boolean {
  const kept = new Map<string, number>();
  return (event) => {
    if (event.type !== "log") return true;
    const source = event.host ?? "";
    const characters = (kept.get(source) ?? 0) + event.msg.length;
    kept.set(source, characters);
    return characters <= MAX_OUTPUT_CHARACTERS;
  };
}

function noteEvent(meta: RunMeta, event: RunEvent): RunMeta {
  if (event.type !== "summary") return meta;
  const rollout = event.rollout === undefined ? {} : { rollout: event.rollout };
  return { ...meta, hosts: event.hosts.length, ended: { at: event.ts, exit: event.exit, ...rollout } };
}

/**
 * Appends lines in the order of the calls, all that wait in one write. A line is in the hands of the kernel when its
 * promise resolves, so a killed CLI loses nothing; the disk itself is waited for at the end.
 */
function lineQueue(file: FileHandle) {
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    // Lets the calls of the same turn join.
    await Promise.resolve();
    const text = waiting.join("");
    waiting = [];
    writing = undefined;
    await file.appendFile(text);
  };
  let tail: Promise<void> = Promise.resolve();
  return {
    add(line: string): Promise<void> {
      waiting.push(line);
      if (writing === undefined) {
        writing = tail.then(flush);
        tail = writing.catch(() => {});
      }
      return writing;
    },
    settled: (): Promise<void> => tail,
  };
}
