/** Failure codes of the area "plan". */
import type { FailureEntry } from "./types.ts";

export const planCodes = {} as const satisfies Record<`plan/${string}`, FailureEntry>;
