/**
 * Who carries a run out: the process that began it, or the latest that took it up. Each claim is a file `owner-N.json` that only
 * one process can make, with the process's mark in it from the first moment.
 */
import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { isAlive, type ProcessMark, processMarkSchema } from "./liveness.ts";
import type { RunMeta } from "./meta.ts";
import { journalTrouble } from "./trouble.ts";

/** Gives the number of the claim. Fails with `cli/run-alive` when another process has the run, or was quicker. */
export async function takeOwnership(folder: string, meta: RunMeta, here: ProcessMark): Promise<Result<number>> {
  try {
    const claims = await claimsIn(folder);
    const latest = Math.max(meta.owner, ...claims);
    // Who claimed the run and has not written meta.json yet is at it, whatever meta.json says of those before.
    const holder = latest === meta.owner ? meta.process : await claimant(folder, latest);
    const resting = latest === meta.owner && meta.ended !== undefined;
    if (!resting && holder !== undefined && (await isAlive(holder, here)) !== false) return err(alive(meta, holder));
    const mine = latest + 1;
    return (await claim(folder, mine, here)) ? ok(mine) : err(alive(meta, await claimant(folder, mine)));
  } catch (error) {
    return err(journalTrouble(folder, error));
  }
}

async function claimsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => {
    const [, number] = /^owner-([0-9]+)\.json$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

async function claimant(folder: string, number: number): Promise<ProcessMark | undefined> {
  const text = await readFile(claimFile(folder, number), "utf8").catch(() => "null");
  return processMarkSchema.safeParse(JSON.parse(text)).data;
}

/** False when somebody else has the number. */
async function claim(folder: string, number: number, here: ProcessMark): Promise<boolean> {
  const staged = `${claimFile(folder, number)}.${randomUUID()}.new`;
  await writeFile(staged, `${JSON.stringify(here)}\n`, { mode: 0o600, flush: true });
  try {
    await link(staged, claimFile(folder, number));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(staged, { force: true });
  }
}

const claimFile = (folder: string, number: number): string => join(folder, `owner-${number}.json`);

const alive = ({ run }: RunMeta, holder: ProcessMark | undefined): Failure =>
  failure("cli/run-alive", `a process carries out run ${run}`, {
    ...(holder === undefined ? {} : { found: `process ${holder.pid} on ${holder.machine}` }),
    next: `nixfleet runs attach ${run} follows it`,
  });
