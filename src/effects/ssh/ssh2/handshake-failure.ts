/** Sorts what goes wrong while connecting into classes: they decide whether to try again, and how it counts. */
import { type Failure, failure } from "../../../domain/outcome/failure.ts";
import { endpointOf, type SshTarget } from "../target.ts";
import type { Authentication } from "./authentication.ts";

export interface HandshakeTrouble {
  readonly error: Error | undefined;
  /** What the server said before its version line. */
  readonly greeting: string;
  readonly target: SshTarget;
  readonly authentication: Pick<Authentication, "locked" | "offered">;
  readonly aborted: boolean;
}

export function classifyHandshake({ error, greeting, target, authentication, aborted }: HandshakeTrouble): Failure {
  const endpoint = endpointOf(target.config);
  const message = error?.message ?? "the connection was closed";
  const { level, code } = (error ?? {}) as { level?: string; code?: string | number };
  if (aborted) return failure("transport/aborted", `the connection to ${endpoint} was called off`);
  if (level === "client-timeout") return failure("transport/timeout", `${endpoint} did not finish the SSH handshake`);
  // sshd since 9.8 says so instead of its version.
  if (/Not allowed at this time/.test(greeting)) return penalised(endpoint, greeting);
  if (/Connection lost before handshake/.test(message) || /MaxStartups/.test(greeting))
    return throttled(endpoint, message);
  if (level === "client-authentication" || /Too many authentication failures/.test(message)) {
    return refusedLogin(endpoint, message, authentication);
  }
  if (/no matching/.test(message)) {
    return failure("transport/algorithms", `${endpoint} and this client have no algorithms in common`, {
      found: message,
    });
  }
  // Before the version line a reset means the same as a close.
  if (code === "ECONNRESET" || code === "EPIPE") return throttled(endpoint, message);
  return failure("transport/handshake", `the SSH handshake with ${endpoint} failed`, { found: message });
}

const throttled = (endpoint: string, found: string): Failure =>
  failure("transport/throttled", `${endpoint} dropped the connection before the handshake`, { found });

const penalised = (endpoint: string, greeting: string): Failure =>
  failure("transport/penalised", `${endpoint} refuses this address for a while after earlier failures`, {
    found: greeting.trim(),
  });

function refusedLogin(
  endpoint: string,
  message: string,
  { locked, offered }: Pick<Authentication, "locked" | "offered">,
): Failure {
  if (locked.length > 0) {
    return failure("transport/key-locked", `${endpoint} accepted no key, and ${locked.join(", ")} is encrypted`, {
      next: `run: ssh-add ${locked[0]}`,
    });
  }
  return failure("transport/authentication", `${endpoint} accepted none of our keys`, {
    found: offered === 0 ? "no usable key, neither in the agent nor in a file" : message,
    next: `try: ssh -v ${endpoint.replace(/:(\d+)$/, " -p $1")}`,
  });
}
