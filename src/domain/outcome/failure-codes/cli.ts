/** Failure codes of the area "cli". */
import type { FailureEntry } from "./types.ts";

export const cliCodes = {} as const satisfies Record<`cli/${string}`, FailureEntry>;
