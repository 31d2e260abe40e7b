/** The command that receives a program on the host and runs it: what goes on the command line, and nothing secret. */
import { quoteAll } from "./quote.ts";

export type Elevation =
  /** As the login user. */
  | { readonly kind: "none" }
  /** As root; by `sudo -n` when the login is not root already. */
  | { readonly kind: "sudo" }
  /** As root; the password is given when sudo asks for it. */
  | { readonly kind: "sudo-password"; readonly password: string };

export interface LoaderRequest {
  /** Bytes of program and payload together. */
  readonly totalBytes: number;
  readonly programBytes: number;
  /** Random, [0-9a-f]+: marks the first line that is ours, and names the file. */
  readonly sentinel: string;
  /** Random, [0-9a-f]+: sudo's prompt, by which its question is recognised. */
  readonly prompt: string;
  readonly elevation: Elevation["kind"];
  /** The verb and its arguments; no newlines. */
  readonly args: readonly string[];
}

/** Exit code of the loader when fewer or more bytes arrived than were announced. */
export const loaderExit = { cut: 97, noRoom: 73 } as const;

/** The first line on standard output once the program is being received. */
export const readyLine = (sentinel: string): string => `nixfleet-ready ${sentinel}\n`;
/** Printed in its place when there is no sudo. */
export const noSudoLine = (sentinel: string): string => `nixfleet-no-sudo ${sentinel}\n`;

/** On standard error, with exit code 97: tells a cut stream from a program that ends with 97. */
export const cutLine = (sentinel: string): string => `nixfleet-cut ${sentinel}\n`;

/** A command line for the host's login shell. */
export function loaderCommand(request: LoaderRequest): string {
  const { totalBytes, programBytes, sentinel, prompt, elevation, args } = request;
  const words = [String(totalBytes), String(programBytes), sentinel, ...args];
  const loader = ["sh", "-c", LOADER, "nixfleet-host", ...words];
  if (elevation === "none") return quoteAll(loader);
  const sudo = elevation === "sudo" ? ["sudo", "-n", "--"] : ["sudo", "-k", "-S", "-p", prompt, "--"];
  return elevated(sentinel, sudo, loader);
}

/** `command` behind `sudo`, which is left out where the login is root. */
export const elevated = (sentinel: string, sudo: readonly string[], command: readonly string[]): string =>
  quoteAll(["sh", "-c", ELEVATE, "nixfleet-elevate", sentinel, String(sudo.length), ...sudo, ...command]);

// Without newline, quote, backslash and exclamation mark, so that every login shell passes them on unchanged. Standard
// input is read to its end into a file that only we can read (/run is root's; elsewhere mktemp picks a name that nobody
// knows beforehand), so a cut stream runs nothing and the program cannot read ahead into its payload.
const LOADER = [
  'clean() { rm -rf "$dir"; }',
  "if [ -w /run ]; then dir=/run/nixfleet-$3; file=$dir; else dir=$(mktemp -d) || exit 73; file=$dir/program; fi",
  "trap clean EXIT",
  'trap "exit 143" HUP INT TERM',
  'echo "nixfleet-ready $3"',
  '(umask 077; set -C; exec cat >"$file") || exit 73',
  '[ "$(wc -c <"$file")" -eq "$1" ] || { echo "nixfleet-cut $3" >&2; exit 97; }',
  "NIXFLEET_PROGRAM_BYTES=$2",
  "export NIXFLEET_PROGRAM_BYTES",
  "unset LC_ALL",
  "shift 3",
  'sh "$file" "$@" </dev/null',
  "exit $?",
].join("; ");

// $1 is the sentinel, $2 the number of words that make up the sudo call, then those, then the command.
const ELEVATE = [
  "sentinel=$1; words=$2; shift 2",
  'if [ "$(id -u)" = 0 ]; then shift "$words"; exec "$@"; fi',
  'command -v sudo >/dev/null || { echo "nixfleet-no-sudo $sentinel"; exit 127; }',
  // English messages, because the reason of a refusal is only in them.
  'LC_ALL=C exec "$@"',
].join("; ");
