/** Failure codes of the area "transport". */
import type { FailureEntry } from "./types.ts";

export const transportCodes = {} as const satisfies Record<`transport/${string}`, FailureEntry>;
