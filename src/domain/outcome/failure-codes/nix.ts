/** Failure codes of the area "nix". */
import type { FailureEntry } from "./types.ts";

export const nixCodes = {} as const satisfies Record<`nix/${string}`, FailureEntry>;
