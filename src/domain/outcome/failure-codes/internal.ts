/** The one code for defects of NixFleet itself. */
import type { FailureEntry } from "./types.ts";

export const internalCodes = {
  "internal/defect": {
    kind: "internal",
    meaning: "NixFleet met a state that its authors believed impossible.",
    remedy: "Report it with the version, the command and the log of the run.",
  },
} as const satisfies Record<`internal/${string}`, FailureEntry>;
