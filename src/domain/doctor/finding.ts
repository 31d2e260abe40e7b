/** What a check found: fine, not fine but no obstacle, or an obstacle with what to do about it. */
import type { Failure } from "../outcome/failure.ts";

export type Finding =
  | {
      readonly check: string;
      readonly state: "ok";
      /** What is fine; the same words for hosts that are alike. */
      readonly what: string;
      /** What only this host has, such as its address. */
      readonly detail?: string;
    }
  | { readonly check: string; readonly state: "warn" | "fail"; readonly failure: Failure };

export const fine = (check: string, what: string, detail?: string): Finding => ({
  check,
  state: "ok",
  what,
  ...(detail === undefined ? {} : { detail }),
});

export const warns = (check: string, failure: Failure): Finding => ({ check, state: "warn", failure });

export const fails = (check: string, failure: Failure): Finding => ({ check, state: "fail", failure });
