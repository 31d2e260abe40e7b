/** Ids of runs: ULIDs, so that names sort by time and nobody has to hand out numbers. */
import { parseRunId, type RunId } from "../ids.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARACTERS = 10;
export const RUN_ID_RANDOM_BYTES = 10;

/** Takes milliseconds since the epoch and ten random bytes. */
export function makeRunId(timeMs: number, random: Uint8Array): RunId {
  if (random.byteLength !== RUN_ID_RANDOM_BYTES) throw new Error(`a run id takes ${RUN_ID_RANDOM_BYTES} random bytes`);
  const entropy = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const id = parseRunId(base32(BigInt(timeMs), TIME_CHARACTERS) + base32(entropy, 16));
  if (id === undefined) throw new Error(`no run id for the time ${timeMs}`);
  return id;
}

/** When the run began, in milliseconds since the epoch. */
export function runIdTime(run: RunId): number {
  return [...run.slice(0, TIME_CHARACTERS)].reduce((sum, digit) => sum * 32 + ALPHABET.indexOf(digit), 0);
}

function base32(value: bigint, length: number): string {
  const digits = Array.from({ length }, (_, index) => ALPHABET[Number((value >> BigInt(5 * index)) & 31n)]);
  return digits.reverse().join("");
}
