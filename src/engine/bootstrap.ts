/** Asks the bootstrap program on a host: what is there, and then to do what is missing. */
import { createHash } from "node:crypto";
import { type FreshHost, parseFreshHost } from "../domain/bootstrap/look.ts";
import type { BootstrapStepName } from "../domain/bootstrap/step.ts";
import type { BootstrapWishes } from "../domain/bootstrap/wishes.ts";
import type { Elevation } from "../domain/host/loader.ts";
import type { HostRecord } from "../domain/host/protocol.ts";
import { textOf } from "../domain/host/protocol.ts";
import { type HostAnswer, recordText, recordTexts } from "../domain/host/records.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Connection } from "../ports/transport.ts";
import { runHostProgram } from "./host-program/run-host-program.ts";

export interface BootstrapPrograms {
  /** Text of the program that looks and prepares. */
  readonly bootstrap: string;
  /** Text of the host program, which restricted hosts get to keep. */
  readonly host: string;
}

export interface BootstrapSession {
  readonly connection: Connection;
  readonly programs: BootstrapPrograms;
  readonly elevation: Elevation;
  readonly signal: AbortSignal;
}

const LOOK_TIMEOUT_MS = 120_000;
/** apt fetches and installs over whatever line the host has. */
const PREPARE_TIMEOUT_MS = 30 * 60_000;

export async function lookAtFreshHost(session: BootstrapSession, wishes: BootstrapWishes): Promise<Result<FreshHost>> {
  const answer = await ask(session, "look", [], settings(wishes, session.programs.host), {
    timeoutMs: LOOK_TIMEOUT_MS,
  });
  if (!answer.ok) return answer;
  return answer.value.code === 0 ? parseFreshHost(answer.value.records) : err(stepFailure(answer.value, ""));
}

export interface PrepareWatch {
  readonly onStep: (name: string) => void;
  /** What apt and others print. */
  readonly onOutput: (chunk: Uint8Array) => void;
}

/** Does these steps in their order. Fails with `bootstrap/step-failed`, `bootstrap/no-nix` or `host/locked`. */
export async function prepareHost(
  session: BootstrapSession,
  steps: readonly BootstrapStepName[],
  wishes: BootstrapWishes,
  watch: PrepareWatch,
): Promise<Result<void>> {
  let tail = "";
  const { host } = session.programs;
  const payload = settings(wishes, host, steps.includes("program") ? host : undefined);
  const answer = await ask(session, "prepare", steps, payload, {
    timeoutMs: PREPARE_TIMEOUT_MS,
    onRecord: (record) => {
      if (record.name === "step") watch.onStep(textOf(record));
    },
    onStderr: (chunk) => {
      tail = (tail + Buffer.from(chunk).toString("utf8")).slice(-TAIL_CHARACTERS);
      watch.onOutput(chunk);
    },
  });
  if (!answer.ok) return answer;
  return answer.value.code === 0 ? ok(undefined) : err(stepFailure(answer.value, tail));
}

/** Enough of what was printed to explain a failure. */
const TAIL_CHARACTERS = 2_000;

interface Asking {
  readonly timeoutMs: number;
  readonly onRecord?: (record: HostRecord) => void;
  readonly onStderr?: (chunk: Uint8Array) => void;
}

const ask = (
  { connection, programs, elevation, signal }: BootstrapSession,
  verb: string,
  args: readonly string[],
  payload: Uint8Array,
  asking: Asking,
): Promise<Result<HostAnswer>> =>
  runHostProgram(connection, { program: programs.bootstrap, elevation, signal, verb, args, payload, ...asking });

/**
 * @param program what a restricted host should have installed
 * @param installed the same to be installed, behind all else
 */
function settings(
  { deployUser, sudo, host, publicKeys, loginKeys }: BootstrapWishes,
  program: string,
  installed?: string,
): Uint8Array {
  const lines = [
    ["user", deployUser],
    ["sudo", sudo],
    ["host", host],
    ["digest", programDigest(program)],
    ...publicKeys.map((key) => ["key", key]),
    ...loginKeys.map((key) => ["login", key]),
    ...(installed === undefined ? [] : [["program", String(Buffer.byteLength(installed))]]),
  ];
  return Buffer.from(`${lines.map((words) => `${words.join("\t")}\n`).join("")}${installed ?? ""}`);
}

/** Of its lines but the first: as the host counts, which leaves out comments. */
const programDigest = (program: string): string =>
  createHash("sha256")
    .update(program.slice(program.indexOf("\n") + 1))
    .digest("hex");

const EXIT_LOCKED = 75;
const EXIT_UNSUPPORTED = 78;

function stepFailure({ records, code }: HostAnswer, said: string): Failure {
  const [problem = `the bootstrap program ended with exit code ${code}`] = recordTexts(records, "problem");
  const step = recordText(records, "step");
  if (code === EXIT_LOCKED) return failure("host/locked", problem, { next: "wait for it, then run the command again" });
  const known = code === EXIT_UNSUPPORTED && step === "packages" ? "bootstrap/no-nix" : "bootstrap/step-failed";
  return failure(known, problem, {
    ...(step === undefined ? {} : { expected: `the step "${step}" to succeed` }),
    ...(said.trim() === "" ? {} : { detail: said.trim() }),
    next: "correct it and run the command again: what is done stays done",
  });
}
