/** Why a call of Nix did not succeed, as far as that can be told without knowing what it was for. */
import { type Failure, failure } from "../outcome/failure.ts";
import type { NixLog } from "./log.ts";
import { firstLine, withoutColour } from "./messages.ts";

export interface NixTrouble {
  readonly log: NixLog;
  /** "nix/command-failed" when the cause is not one of the known ones; callers then word it in their own terms. */
  readonly failure: Failure;
}

/** How the process ended, other than well. */
export type BadEnd =
  | { readonly kind: "exited"; readonly code: number; readonly stderr: string }
  | { readonly kind: "signalled"; readonly signal: string; readonly stderr: string }
  | { readonly kind: "timeout" | "stalled"; readonly afterMs: number }
  | { readonly kind: "overflow"; readonly limitBytes: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "not-started"; readonly reason: string };

export function troubleOf(end: BadEnd, log: NixLog): NixTrouble {
  return { log, failure: failureOf(end, log) };
}

function failureOf(end: BadEnd, log: NixLog): Failure {
  switch (end.kind) {
    case "exited":
      return failureOfMessages(messages(end.stderr, log), `nix ended with exit code ${end.code}`);
    case "signalled":
      return failureOfMessages(messages(end.stderr, log), `nix was ended by ${end.signal}`);
    case "timeout":
      return failure("nix/timeout", `nix did not end within ${Math.round(end.afterMs / 1000)} seconds`);
    case "stalled":
      return failure("nix/timeout", `nix showed no progress for ${Math.round(end.afterMs / 1000)} seconds`);
    case "overflow":
      return failure("nix/command-failed", `nix answered more than ${end.limitBytes} bytes`);
    case "aborted":
      return failure("nix/interrupted", "nix was stopped");
    default:
      return failure("nix/unusable", "nix could not be started", { found: end.reason });
  }
}

/** Error texts without colours, last one last; what Nix wrote beside its log counts when the log has none. */
function messages(stderr: string, log: NixLog): readonly string[] {
  const logged = log.errors.map(({ raw_msg, msg }) => withoutColour(raw_msg ?? msg)).filter((text) => !HINT.test(text));
  if (logged.length > 0) return logged;
  const noise = /^\s*$|^@nix |^Try '.*--help' for more information/;
  const beside = stderr.split("\n").filter((line) => !noise.test(line));
  return beside.slice(-KEPT_LINES).map(withoutColour);
}

const HINT = /^\(use '--show-trace'/;
const KEPT_LINES = 20;

const known: readonly (readonly [RegExp, Failure["code"], string])[] = [
  [/No space left on device|disk quota exceeded|database or disk is full/i, "nix/store-full", "the disk is full"],
  [
    /lacks a (?:valid )?signature|lacks a signature by a trusted key/i,
    "nix/unsigned-path",
    "a path has no trusted signature",
  ],
  [/cannot connect to socket at .*Permission denied/is, "nix/daemon-denied", "the Nix daemon may not be talked to"],
  [
    /Nix daemon disconnected|unexpected end-of-file|Broken pipe|Connection reset|cannot connect to socket/i,
    "nix/daemon-lost",
    "the connection to the Nix daemon ended",
  ],
  [/unable to download|Could(?:n't| not) resolve host/i, "nix/fetch-failed", "something could not be downloaded"],
];

function failureOfMessages(texts: readonly string[], otherwise: string): Failure {
  const all = texts.join("\n");
  const match = known.find(([pattern]) => pattern.test(all));
  const evidence = texts.slice(-KEPT_LINES).join("\n");
  const more = evidence === "" ? {} : { detail: evidence };
  if (match !== undefined) return failure(match[1], match[2], more);
  return failure("nix/command-failed", firstLine(texts.at(-1) ?? "") || otherwise, more);
}
