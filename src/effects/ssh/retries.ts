/** Which failures of a connection attempt are worth another, and after how long. */
import type { FailureCode } from "../../domain/outcome/failure-codes/index.ts";

/** Milliseconds until the next attempt; undefined when there should be none. `attempt` counts from zero. */
export function retryDelayMs(code: FailureCode, attempt: number, random: number): number | undefined {
  const range = RANGES[code]?.[attempt];
  return range === undefined ? undefined : range[0] + random * (range[1] - range[0]);
}

// Jitter keeps many hosts from coming back at the same moment. Timeouts are not here: TCP itself has tried several times
// by then. Authentication is not here and never will be: every refusal is counted by sshd.
const RANGES: Readonly<Partial<Record<FailureCode, readonly (readonly [number, number])[]>>> = {
  // Resolvers drop bursts of questions.
  "transport/unknown-address": [
    [100, 300],
    [300, 900],
    [900, 2_000],
  ],
  "transport/refused": [[300, 700]],
  "transport/no-route": [[300, 700]],
  "transport/throttled": [
    [1_000, 3_000],
    [1_000, 5_000],
    [2_000, 8_000],
    [4_000, 8_000],
  ],
  // PerSourcePenalties ban for 15 s and more.
  "transport/penalised": [
    [20_000, 25_000],
    [30_000, 40_000],
  ],
};

/** Failures of one address after which the next address of the same host is tried. */
export const isAddressTrouble = (code: FailureCode): boolean => ADDRESS_TROUBLE.includes(code);

const ADDRESS_TROUBLE: readonly FailureCode[] = [
  "transport/unknown-address",
  "transport/refused",
  "transport/no-route",
  "transport/timeout",
];
