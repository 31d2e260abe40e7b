/** Every failure code, by area. A code, once released, keeps its meaning. */
import { bootstrapCodes } from "./bootstrap.ts";
import { cliCodes } from "./cli.ts";
import { discoverCodes } from "./discover.ts";
import { doctorCodes } from "./doctor.ts";
import { hostCodes } from "./host.ts";
import { initCodes } from "./init.ts";
import { internalCodes } from "./internal.ts";
import { inventoryCodes } from "./inventory.ts";
import { labCodes } from "./lab.ts";
import { leaseCodes } from "./lease.ts";
import { nixCodes } from "./nix.ts";
import { osCodes } from "./os.ts";
import { planCodes } from "./plan.ts";
import { rolloutCodes } from "./rollout.ts";
import { secretsCodes } from "./secrets.ts";
import { transportCodes } from "./transport.ts";
import type { FailureEntry, FailureKind } from "./types.ts";

const codes = {
  ...internalCodes,
  ...cliCodes,
  ...inventoryCodes,
  ...nixCodes,
  ...transportCodes,
  ...hostCodes,
  ...planCodes,
  ...rolloutCodes,
  ...labCodes,
  ...leaseCodes,
  ...initCodes,
  ...bootstrapCodes,
  ...discoverCodes,
  ...doctorCodes,
  ...osCodes,
  ...secretsCodes,
} as const;

export type FailureCode = keyof typeof codes;

export const failureCodes: Readonly<Record<FailureCode, FailureEntry>> = codes;

export type { FailureEntry, FailureKind };
