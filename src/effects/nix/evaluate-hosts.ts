/** Evaluates many hosts in few processes, and finds out which of them are bad. */
import { readFile } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import pLimit from "p-limit";
import type { HostName } from "../../domain/ids.ts";
import {
  chunksOf,
  type EvaluationShape,
  evaluationCalls,
  evaluationShape,
  HOSTS_WORTH_A_WORKER,
  MAX_HOSTS_PER_CALL,
} from "../../domain/nix/evaluation-plan.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { EvaluatedHost } from "../../ports/nix-builder.ts";
import { askHosts, type EvaluationSite } from "./ask-hosts.ts";
import { evaluateInJobs } from "./eval-jobs.ts";

export type HostOutcomes = Map<HostName, Result<EvaluatedHost>>;

/** Hosts of one call that may stop it by an error that Nix cannot catch, before the rest is asked one by one. */
const MAX_RESTARTS = 8;
/** Hosts asked for their message one by one; when they all fail alike, the rest is not asked. */
const MAX_EXPLAINED = 64;

/**
 * @param onDone called with the number of hosts that are through
 * @returns the failure when the error is not one of a single host
 */
export async function evaluateHosts(
  site: EvaluationSite,
  hosts: readonly HostName[],
  onDone: (done: number) => void,
): Promise<Result<HostOutcomes>> {
  const outcomes: HostOutcomes = new Map();
  const shape = evaluationShape({
    hosts: hosts.length,
    cpus: availableParallelism(),
    availableBytes: await freeMemory(),
  });
  const limit = pLimit(shape.workers);
  const unexplained: HostName[] = [];
  const record: Record = (host, outcome) => {
    outcomes.set(host, outcome);
    onDone(outcomes.size);
  };
  const unusable = await throughJobs(site, hosts, shape, record, (host) => unexplained.push(host));
  if (unusable !== undefined) return err(unusable);
  const rest = hosts.filter((host) => !outcomes.has(host) && !unexplained.includes(host));
  const troubles = await Promise.all(
    evaluationCalls(rest, site.baseOf, shape).map((chunk) =>
      limit(() => evaluateChunk(site, chunk, record, (more) => unexplained.push(...more))),
    ),
  );
  const whole =
    troubles.find((trouble) => trouble !== undefined) ?? (await explain(site, unexplained, shape.workers, record));
  return whole === undefined ? ok(outcomes) : err(whole);
}

/** What one evaluator can hold needs none to start others. */
async function throughJobs(
  site: EvaluationSite,
  hosts: readonly HostName[],
  shape: EvaluationShape,
  record: Record,
  leave: (host: HostName) => void,
): Promise<Failure | undefined> {
  if (site.runJobs === undefined || hosts.length <= HOSTS_WORTH_A_WORKER) return undefined;
  for (const some of chunksOf(hosts, MAX_HOSTS_PER_CALL)) {
    const unusable = await evaluateInJobs(site.runJobs, site, some, shape, (host, outcome) =>
      outcome === "threw" ? leave(host) : record(host, ok(outcome)),
    );
    if (unusable !== undefined) return unusable;
  }
  return undefined;
}

type Record = (host: HostName, outcome: Result<EvaluatedHost>) => void;

/** Answers, and an error that stands for the whole fleet if there is one. */
async function evaluateChunk(
  site: EvaluationSite,
  chunk: readonly HostName[],
  record: Record,
  leave: (hosts: readonly HostName[]) => void,
): Promise<Failure | undefined> {
  let remaining = chunk;
  for (let attempt = 0; remaining.length > 0; attempt += 1) {
    if (attempt === MAX_RESTARTS) {
      leave(remaining);
      return undefined;
    }
    const answer = await askHosts(site, { mode: "tolerant", hosts: remaining });
    if (answer.ok) {
      for (const host of answer.value.hosts) record(host.host, ok(host));
      leave(answer.value.threw);
      return undefined;
    }
    const { host, failure: cause } = answer.error;
    if (host === undefined || !remaining.includes(host)) return cause;
    record(host, err(cause));
    remaining = remaining.filter((other) => other !== host);
  }
  return undefined;
}

/** Asks hosts alone, since only then Nix gives each one's message. */
async function explain(
  site: EvaluationSite,
  hosts: readonly HostName[],
  workers: number,
  record: Record,
): Promise<Failure | undefined> {
  const limit = pLimit(workers);
  const failures: Failure[] = [];
  let whole: Failure | undefined;
  const alone = async (host: HostName): Promise<void> => {
    if (whole !== undefined) return;
    const answer = await askHosts(site, { mode: "strict", hosts: [host] });
    if (answer.ok) {
      for (const value of answer.value.hosts) record(value.host, ok(value));
    } else if (answer.error.host === undefined) {
      whole = answer.error.failure;
    } else {
      failures.push(answer.error.failure);
      record(host, err(answer.error.failure));
    }
  };
  await Promise.all(hosts.slice(0, MAX_EXPLAINED).map((host) => limit(() => alone(host))));
  const rest = hosts.slice(MAX_EXPLAINED);
  if (failures.length === MAX_EXPLAINED && areAlike(failures)) {
    for (const host of rest) record(host, err(skipped(host, failures)));
    return whole;
  }
  await Promise.all(rest.map((host) => limit(() => alone(host))));
  return whole;
}

const areAlike = (failures: readonly Failure[]): boolean =>
  new Set(failures.map(({ what, host }) => what.replaceAll(host ?? "", "HOST"))).size === 1;

const skipped = (host: HostName, failures: readonly Failure[]): Failure => ({
  ...failure("nix/evaluation-skipped", `not evaluated: ${failures.length} hosts before it failed in the same way`, {
    host,
    next: "Repair the error of those hosts and run the command again.",
  }),
  ...(failures[0] === undefined ? {} : { cause: failures[0] }),
});

/** What the kernel could hand out without swapping, in bytes; `freemem` leaves out what caches hold. */
async function freeMemory(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}
