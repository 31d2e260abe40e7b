/** How many evaluators run at once, and which hosts each call of one gets. */
import type { Base } from "../inventory/resolved.ts";

export interface EvaluationShape {
  readonly workers: number;
  /** What each worker may take. */
  readonly bytesPerWorker: number;
  /** Hosts are divided evenly as long as they fit. */
  readonly hostsPerCall: number;
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
/** An evaluator before its first host: nixpkgs and its packages, which hosts share. */
const BYTES_PER_WORKER = 512 * MIB;
/**
 * What each host adds. A NixOS configuration: colmena's figure. A closure for a distro that stays: 6 MiB as measured with the
 * roles of the example fleet (50 hosts in one evaluator: 307 MB), and room for larger ones.
 */
const BYTES_PER_HOST: Readonly<Record<Base, number>> = {
  nixos: 512 * MIB,
  ubuntu: 32 * MIB,
  debian: 32 * MIB,
};
/** An evaluator loads nixpkgs first; below this many hosts a second one costs more than it saves. */
export const HOSTS_WORTH_A_WORKER = 12;
/** Names come on the command line, which ends at 128 KiB an argument. */
export const MAX_HOSTS_PER_CALL = 400;

export function evaluationShape({ hosts, cpus, availableBytes }: EvaluationMeans): EvaluationShape {
  const usable = Math.max(0, availableBytes - RESERVED_BYTES);
  const affordable = Math.max(1, Math.floor(usable / (2 * BYTES_PER_WORKER)));
  const workers = Math.max(1, Math.min(cpus, affordable, Math.ceil(hosts / HOSTS_WORTH_A_WORKER)));
  return {
    workers,
    bytesPerWorker: Math.max(2 * BYTES_PER_WORKER, Math.floor(usable / workers)),
    hostsPerCall: Math.min(Math.ceil(hosts / workers), MAX_HOSTS_PER_CALL),
  };
}

/** The hosts of each call, none left out: as many as fit into a worker's memory, and at least one. */
export function evaluationCalls<T>(
  hosts: readonly T[],
  baseOf: (host: T) => Base,
  { bytesPerWorker, hostsPerCall }: EvaluationShape,
): readonly (readonly T[])[] {
  const calls: T[][] = [];
  let room = 0;
  for (const host of hosts) {
    const bytes = BYTES_PER_HOST[baseOf(host)];
    const call = calls.at(-1);
    if (call === undefined || call.length >= hostsPerCall || bytes > room) {
      calls.push([host]);
      room = bytesPerWorker - BYTES_PER_WORKER - bytes;
    } else {
      call.push(host);
      room -= bytes;
    }
  }
  return calls;
}

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let begin = 0; begin < items.length; begin += size) chunks.push(items.slice(begin, begin + size));
  return chunks;
}
