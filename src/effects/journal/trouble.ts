/** Why the journal cannot be written or read, in words. */
import { type Failure, failure } from "../../domain/outcome/failure.ts";

export function journalTrouble(path: string, error: unknown): Failure {
  return failure("cli/journal", `cannot keep the record of the run in ${path}`, {
    found: error instanceof Error ? error.message : String(error),
    next: "free some space there, check who owns it, or set XDG_STATE_HOME to another folder",
  });
}
