/** A Failure is expected trouble: a stable code, what was expected and found, where, and one next action. */
import type { HostName } from "../ids.ts";
import type { FailureCode } from "./failure-codes/index.ts";

export interface Failure {
  readonly code: FailureCode;
  /** One lower-case sentence without a full stop: what went wrong. */
  readonly what: string;
  readonly expected?: string;
  readonly found?: string;
  /** Place in a configuration file, with the source lines around it. */
  readonly at?: SourcePosition;
  /** One next action, as a sentence or a command to type. */
  readonly next?: string;
  /** Longer evidence, for example the last lines of a build log. Untrusted text: renderers escape it. */
  readonly detail?: string;
  readonly host?: HostName;
  readonly cause?: Failure;
}

export interface SourcePosition {
  readonly file: string;
  /** One-based. */
  readonly line: number;
  /** One-based. */
  readonly column: number;
  /** The source line itself, without its line end. */
  readonly excerpt?: string;
}

/** Makes a Failure; exists so that a code is always checked against the closed union. */
export function failure(code: FailureCode, what: string, more: Omit<Failure, "code" | "what"> = {}): Failure {
  return { code, what, ...more };
}
