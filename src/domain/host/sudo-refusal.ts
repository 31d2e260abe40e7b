/** Reads why sudo ended before the program started: only its English message says so. Knows sudo and sudo-rs. */
import { type Failure, failure } from "../outcome/failure.ts";

export interface SudoAttempt {
  readonly elevation: "sudo" | "sudo-password";
  /** How often sudo asked for the password. */
  readonly questions: number;
  readonly stderr: string;
}

const NOT_ALLOWED = [
  /is not in the sudoers file/,
  /is not allowed to (?:execute|run)/,
  /may not run sudo/,
  /must have a tty to run sudo/,
  /I'm afraid I can't do that/,
];
const WANTS_PASSWORD = [/a password is required/, /interactive authentication is required/, /a terminal is required/];
const WRONG_PASSWORD = [
  /incorrect (?:password|authentication) attempt/,
  /Sorry, try again/,
  /[Aa]uthentication (?:failed|failure)/,
  /no password was provided/,
];

/** The failure that explains it; undefined when sudo had no part in it. A password is wrong once sudo asked twice. */
export function sudoRefusal({ elevation, questions, stderr }: SudoAttempt): Failure | undefined {
  const detail = stderr.trim() === "" ? {} : { detail: stderr.trim() };
  const says = (patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(stderr));
  if (says(NOT_ALLOWED))
    return failure("transport/sudo-not-allowed", "sudo does not allow the user to run this", detail);
  if (questions > 1 || (questions === 1 && says(WRONG_PASSWORD))) {
    return failure("transport/sudo-wrong-password", "sudo did not accept the password", detail);
  }
  if (elevation === "sudo" && says(WANTS_PASSWORD)) {
    return failure("transport/sudo-needs-password", "sudo wants a password", {
      ...detail,
      next: "pass --ask-sudo-password, or allow the user NOPASSWD in sudoers",
    });
  }
  if (!stderr.includes("sudo")) return undefined;
  return failure("transport/sudo-failed", "sudo ended before the program started", {
    ...detail,
    next: "try `sudo -n true` on the host",
  });
}
