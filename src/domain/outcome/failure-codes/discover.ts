/** Failure codes of the area "discover". */
import type { FailureEntry } from "./types.ts";

export const discoverCodes = {
  "discover/bad-target": {
    kind: "usage",
    meaning: "`nixfleet discover` was not told in a known form where to look, or to look at too many addresses.",
    remedy: "Name networks, ranges, addresses or names: `nixfleet discover 10.0.1.0/24 10.0.2.5-20 web-1`.",
  },
} as const satisfies Record<`discover/${string}`, FailureEntry>;
