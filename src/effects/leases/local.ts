/** Leases in files of this machine: for one operator, or several on one machine. */
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  freeLease,
  type LeaseRecord,
  leaseOf,
  parseRecord,
  recordText,
  renewLease,
  type Taking,
  takeLease,
} from "../../domain/leases/record.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LeaseStore } from "../../ports/lease-store.ts";
import { alone } from "../machine/alone.ts";

const ATTEMPTS = 50;
const LONGEST_PAUSE_MS = 100;

/** @param folder absolute; made when it is missing */
export function localLeases(folder: string): LeaseStore {
  const change = <T>(group: string, how: (now: LeaseRecord | null) => Change<T>, signal: AbortSignal) =>
    update(join(folder, `${group}.json`), folder, how, signal);
  return {
    async acquire(group, claim, signal) {
      const taken = await change<Taking>(
        group,
        (now) => {
          const taking = takeLease(now, claim, Date.now());
          return taking.kind === "taken" ? { next: taking.next, answer: taking } : { answer: taking };
        },
        signal,
      );
      if (!taken.ok) return taken;
      const { value } = taken;
      if (value.kind === "held") return ok({ kind: "held", by: { group, epoch: value.epoch, ...value.by } });
      const scope = await scopeOf(folder);
      return scope.ok ? ok({ kind: "granted", fence: { scope: scope.value, group, epoch: value.next.epoch } }) : scope;
    },
    renew: (group, held, signal) =>
      change<"renewed" | "lost">(
        group,
        (now) => {
          const next = renewLease(now, held, Date.now());
          return next === undefined ? { answer: "lost" } : { next, answer: "renewed" };
        },
        signal,
      ),
    release: (group, { run, epoch }, signal) =>
      change<void>(group, (now) => (now?.lease?.run === run && now.epoch === epoch ? freed(now) : unchanged), signal),
    async read(group) {
      const now = await readRecord(join(folder, `${group}.json`));
      return now.ok ? ok(leaseOf(group, now.value)) : now;
    },
    break: (group, _reason, signal) => change<void>(group, freed, signal),
    close: async () => {},
  };
}

interface Change<T> {
  readonly next?: LeaseRecord;
  readonly answer: T;
}

const unchanged: Change<void> = { answer: undefined };

function freed(now: LeaseRecord | null): Change<void> {
  const next = freeLease(now);
  return next === undefined ? unchanged : { next, answer: undefined };
}

/** Reads, changes and writes while nobody else does. */
async function update<T>(
  file: string,
  folder: string,
  how: (now: LeaseRecord | null) => Change<T>,
  signal: AbortSignal,
): Promise<Result<T>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
      let outcome: Result<T> | undefined;
      const had = await alone(`${file}.writing`, async () => {
        outcome = await changeFile(file, how);
        return ok(true);
      });
      if (had.ok && had.value && outcome !== undefined) return outcome;
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  } catch (error) {
    return err(trouble(error as Error));
  }
  return err(failure("lease/store", "the lease changes too fast", { found: file, next: "try again" }));
}

async function changeFile<T>(file: string, how: (now: LeaseRecord | null) => Change<T>): Promise<Result<T>> {
  const now = await readRecord(file);
  if (!now.ok) return now;
  const { next, answer } = how(now.value);
  if (next !== undefined) {
    await writeFile(`${file}.new`, `${recordText(next)}\n`, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }
  return ok(answer);
}

async function readRecord(file: string): Promise<Result<LeaseRecord | null>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== "string") return text.code === "ENOENT" ? ok(null) : err(trouble(text));
  const record = parseRecord(text);
  if (record !== undefined) return ok(record);
  return err(
    failure("lease/store", "the file of a lease is damaged", { found: file, next: "look at it, and remove it" }),
  );
}

/** A word for this folder, made once: epochs of another folder have nothing to do with those of this one. */
async function scopeOf(folder: string): Promise<Result<string>> {
  const file = join(folder, "scope");
  const staged = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(staged, `local-${randomBytes(8).toString("hex")}\n`, { mode: 0o600, flush: true });
    await link(staged, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    return ok((await readFile(file, "utf8")).trim());
  } catch (error) {
    return err(trouble(error as Error));
  } finally {
    await rm(staged, { force: true });
  }
}

const trouble = (error: Error) =>
  failure("lease/store", "the file of a lease cannot be used", { found: error.message });
