/** Who runs the CLI, as hosts record it. */
import { hostname, userInfo } from "node:os";

/** `user@machine`; NIXFLEET_OPERATOR overrides it, for CI jobs that act for somebody. */
export function operatorName(env: Readonly<Record<string, string | undefined>>): string {
  const given = env.NIXFLEET_OPERATOR;
  return oneWord(given === undefined || given === "" ? `${userName()}@${hostname()}` : given);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a uid that has no entry in passwd.
    return `uid${process.getuid?.() ?? ""}`;
  }
}

/** Locks and audit lines are tables, so the name holds no blanks or control characters. */
const oneWord = (text: string): string => text.replace(/[^\x21-\x7e]+/g, "-").slice(0, 128);
