/** Failure codes of the area "host". */
import type { FailureEntry } from "./types.ts";

export const hostCodes = {} as const satisfies Record<`host/${string}`, FailureEntry>;
