/** Errors of the evaluator as failures: of one host, or of the flake as a whole. */
import type { HostName } from "../ids.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import type { EvaluationError } from "./evaluation-error.ts";

/**
 * @param host absent when the error is not one of a single host
 * @param ownFiles a text with the user's files in place of their copies in the store
 */
export function evaluationFailure(
  error: EvaluationError,
  host: HostName | undefined,
  ownFiles: (text: string) => string,
): Failure {
  // Expected trouble is thrown with this prefix, which the failure says in its own way.
  const prefix = host === undefined ? "nixfleet: " : `nixfleet: host ${host}:`;
  const cause = error.cause.startsWith(prefix) ? error.cause.slice(prefix.length).trim() : error.cause;
  const [what = "", ...more] =
    cause === "" ? error.more.map((line) => line.replace(/^- /, "")) : [cause, ...error.more];
  return failure(host === undefined ? "nix/flake-failed" : "nix/evaluation-failed", what, {
    ...(host === undefined ? {} : { host }),
    ...(error.place === undefined ? {} : { at: { ...error.place, file: ownFiles(error.place.file) } }),
    ...(more.length === 0 ? {} : { detail: ownFiles(more.join("\n")) }),
    next:
      host === undefined ? "Repair the flake; no host can be evaluated before." : "Repair this host's configuration.",
  });
}
