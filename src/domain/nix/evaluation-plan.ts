/** How many hosts one evaluator gets, and how many evaluators run at once. */

export interface EvaluationShape {
  readonly workers: number;
  readonly hostsPerCall: number;
  /** What each worker may take. */
  readonly bytesPerWorker: number;
}

export interface EvaluationMeans {
  readonly hosts: number;
  readonly cpus: number;
  readonly availableBytes: number;
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Left for everything else on the machine. */
const RESERVED_BYTES = GIB;
/** A NixOS configuration takes about 500 MiB in one evaluator (colmena's figure); further ones share packages. */
const BYTES_PER_WORKER = 512 * MIB;
const BYTES_PER_HOST = 64 * MIB;
/** An evaluator loads nixpkgs first; below this many hosts a second one costs more than it saves. */
export const HOSTS_WORTH_A_WORKER = 12;
/** Names come on the command line, which ends at 128 KiB an argument. */
export const MAX_HOSTS_PER_CALL = 400;

export function evaluationShape({ hosts, cpus, availableBytes }: EvaluationMeans): EvaluationShape {
  const usable = Math.max(0, availableBytes - RESERVED_BYTES);
  const affordable = Math.max(1, Math.floor(usable / (2 * BYTES_PER_WORKER)));
  const workers = Math.max(1, Math.min(cpus, affordable, Math.ceil(hosts / HOSTS_WORTH_A_WORKER)));
  const fitting = Math.max(1, Math.floor((usable / workers - BYTES_PER_WORKER) / BYTES_PER_HOST));
  const hostsPerCall = Math.max(1, Math.min(Math.ceil(hosts / workers), fitting, MAX_HOSTS_PER_CALL));
  return { workers, hostsPerCall, bytesPerWorker: Math.max(BYTES_PER_WORKER, Math.floor(usable / workers)) };
}

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let begin = 0; begin < items.length; begin += size) chunks.push(items.slice(begin, begin + size));
  return chunks;
}
