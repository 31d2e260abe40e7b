/** Which derivations failed by themselves, from Nix's messages and build logs. */
import type { NixLog } from "./log.ts";
import { firstLine, withoutColour } from "./messages.ts";

export interface FailedDerivation {
  readonly drvPath: string;
  /** Why, in Nix's words: "builder failed with exit code 3". */
  readonly reason: string;
  /** The last lines of its log, raw. */
  readonly log: readonly string[];
}

const DERIVATION = /'(\/nix\/store\/[^']+\.drv)(?:[\^!][^']*)?'/g;
// Messages that only say that something else failed.
const CONSEQUENCE = /dependenc(?:y|ies)|^build of |^\d+ .*failed to build|some (?:outputs|goals)/i;

/** Derivations that failed themselves, first failure first; not those that only miss a dependency. */
export function failedDerivations(log: NixLog): readonly FailedDerivation[] {
  const failed = new Map<string, FailedDerivation>();
  for (const { msg, raw_msg } of log.errors) {
    const text = withoutColour(raw_msg ?? msg);
    const head = firstLine(text);
    if (CONSEQUENCE.test(head) || /^\s*Reason: .*dependenc/im.test(text)) continue;
    const drvPath = [...head.matchAll(DERIVATION)].at(0)?.[1];
    if (drvPath === undefined || failed.has(drvPath)) continue;
    failed.set(drvPath, { drvPath, reason: reasonIn(text), log: log.buildLogs.get(drvPath) ?? [] });
  }
  return [...failed.values()];
}

// "Cannot build 'X'.\nReason: builder failed …" since 2.30; "builder for 'X' failed …" before.
function reasonIn(text: string): string {
  const reason = /^\s*Reason: (.*)$/m.exec(text)?.[1] ?? firstLine(text);
  return reason.replace(/^builder(?: for '[^']*')?/, "the builder").replace(/[;:,.]\s*$/, "");
}

/** `/nix/store/<hash>-myapp-1.2.drv` as people call it: `myapp-1.2`. */
export const derivationName = (drvPath: string): string =>
  (drvPath.split("/").at(-1) ?? drvPath).replace(/^[0-9a-z]{32}-/, "").replace(/\.drv$/, "");
