/** Failure codes of the area "inventory". */
import type { FailureEntry } from "./types.ts";

export const inventoryCodes = {} as const satisfies Record<`inventory/${string}`, FailureEntry>;
