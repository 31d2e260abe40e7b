/** Why a command on a host was not seen to its end, as a failure. */
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { unreachable } from "../../domain/outcome/unreachable.ts";
import type { RemoteOutcome } from "../../ports/transport.ts";

export function failureOfOutcome(outcome: Exclude<RemoteOutcome, { readonly kind: "exited" }>): Failure {
  switch (outcome.kind) {
    case "lost":
      return failure("transport/lost", "the connection ended while a command ran", { found: outcome.reason });
    case "timeout":
      return failure("transport/command-timeout", `the command did not end within ${outcome.afterMs / 1000} s`);
    case "aborted":
      return failure("transport/aborted", "the wait for the host was called off");
    case "signalled":
      return failure("transport/killed", `the command was ended by ${outcome.signal}`);
    default:
      return unreachable(outcome);
  }
}
