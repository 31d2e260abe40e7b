/** What is heard from a host until the delivered program runs: chatter, sudo's questions and complaints, the sentinel. */
import { refusedLine } from "../../domain/host/entry.ts";
import { cutLine, loaderExit } from "../../domain/host/loader.ts";
import { createPreamble } from "../../domain/host/preamble.ts";
import { sudoRefusal } from "../../domain/host/sudo-refusal.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { TakeOutput } from "../../ports/transport.ts";

export interface Launch {
  /** Takes standard output; gives what the program itself printed. */
  stdout(chunk: Uint8Array): Uint8Array;
  /** Takes standard error; gives what is not sudo's question. Held back until the program runs. */
  stderr(chunk: Uint8Array): void | Promise<void>;
  readonly started: boolean;
  /** The loader said that the program did not arrive whole. */
  readonly cut: boolean;
  /** Why a restricted host did not take the verb, in its own words; undefined when it did. */
  readonly refused: string | undefined;
  /** Resolves when the program is being received, or will never be. */
  readonly decided: Promise<void>;
  /** Resolves when sudo asked for the nth time, counted from one. */
  asked(times: 1 | 2): Promise<void>;
  /** Why the program never started, given how the command ended. */
  refusal(elevation: "none" | "sudo" | "sudo-password", exitCode: number): Failure;
  /** Why waiting for sudo was given up. */
  silence(waitedMs: number): Failure;
}

// What sudo and login scripts say is short.
const MAX_HELD_BYTES = 64 * 1024;
/** Of standard error, where the program says how it ended. */
const MAX_TAIL_CHARACTERS = 2048;

export function createLaunch(sentinel: string, prompt: string, onStderr: TakeOutput<Uint8Array>): Launch {
  const preamble = createPreamble(sentinel);
  const decided = Promise.withResolvers<void>();
  const questions = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let held = "";
  let tail = "";
  const isReady = (): boolean => preamble.state === "ready";
  const questionsSoFar = (): number => held.split(prompt).length - 1;
  // sudo-rs puts our prompt between its own words.
  const withoutQuestions = (): string =>
    held.replaceAll(new RegExp(`(?:\\[sudo: )?${prompt}(?:\\] Password: )?\\n?`, "g"), "");
  return {
    decided: decided.promise,
    asked: (times) => questions[times - 1]?.promise ?? decided.promise,
    get cut() {
      return tail.endsWith(cutLine(sentinel));
    },
    get refused() {
      const line = refusedLine(sentinel);
      return tail.endsWith(line) ? tail.slice(0, -line.length).trim().split("\n").at(-1) : undefined;
    },
    get started() {
      return isReady();
    },
    stdout(chunk) {
      if (isReady()) return chunk;
      const output = preamble.push(chunk);
      if (preamble.state !== "waiting") decided.resolve();
      if (isReady() && withoutQuestions() !== "") void onStderr(Buffer.from(withoutQuestions()));
      return output;
    },
    stderr(chunk) {
      const text = Buffer.from(chunk).toString("utf8");
      tail = (tail + text).slice(-MAX_TAIL_CHARACTERS);
      if (isReady()) return onStderr(chunk);
      held = (held + text).slice(-MAX_HELD_BYTES);
      questions.slice(0, questionsSoFar()).forEach((question) => {
        question.resolve();
      });
    },
    refusal(elevation, exitCode) {
      if (preamble.state === "no-sudo") {
        return failure("transport/sudo-missing", "the host has no sudo and the login is not root");
      }
      const bySudo =
        elevation === "none" || exitCode === loaderExit.noRoom
          ? undefined
          : sudoRefusal({ elevation, questions: questionsSoFar(), stderr: withoutQuestions() });
      return bySudo ?? notTaken(exitCode, preamble.chatter() + withoutQuestions());
    },
    silence: (waitedMs) =>
      failure("transport/sudo-failed", `sudo neither asked for the password nor went on within ${waitedMs / 1000} s`, {
        ...(withoutQuestions().trim() === "" ? {} : { found: withoutQuestions().trim() }),
        next: "log in and see what `sudo -k true` asks",
      }),
  };
}

function notTaken(exitCode: number, heard: string): Failure {
  const what =
    exitCode === loaderExit.noRoom
      ? "the host has no place to put the program"
      : `the host's login shell did not start the program (exit code ${exitCode})`;
  return failure("transport/delivery", what, heard.trim() === "" ? {} : { detail: heard.trim() });
}
