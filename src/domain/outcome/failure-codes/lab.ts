/** Failure codes of the area "lab". */
import type { FailureEntry } from "./types.ts";

export const labCodes = {} as const satisfies Record<`lab/${string}`, FailureEntry>;
