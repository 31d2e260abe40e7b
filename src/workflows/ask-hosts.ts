/** Asks every host the same, and gathers the answers: one connection and as few commands as the question needs. */
import pLimit from "p-limit";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { HostSession } from "../engine/session.ts";
import { type Frame, inFrame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

// More at once gain nothing: the transport dials 32 at a time.
const ASKED_AT_ONCE = 64;

export interface Answered<T> {
  readonly host: ResolvedHost;
  readonly answer: Result<T>;
}

export type Question<T> = (session: HostSession, signal: AbortSignal) => Promise<Result<T>>;

/** Answers in the order of the hosts; a host's own trouble is its answer. Fails only when it was interrupted. */
export async function askHosts<T>(
  verb: string,
  hosts: readonly ResolvedHost[],
  question: Question<T>,
  tools: Tools,
): Promise<Result<readonly Answered<T>[], readonly Failure[]>> {
  let answers: readonly Answered<T>[] = [];
  const framed = await inFrame(verb, tools, false, async (frame) => {
    answers = await askAll(hosts, question, frame, tools);
    return tools.interruption.draining.aborted
      ? err([failure("cli/interrupted", "interrupted before every host had answered")])
      : ok(exitCodes.ok);
  });
  return framed.ok ? ok(answers) : framed;
}

/** The same inside of a frame that does more than ask. */
export function askAll<T>(
  hosts: readonly ResolvedHost[],
  question: Question<T>,
  frame: Frame,
  tools: Tools,
): Promise<readonly Answered<T>[]> {
  const limit = pLimit(ASKED_AT_ONCE);
  return Promise.all(
    hosts.map((host) => limit(async () => ({ host, answer: await askHost(host, question, frame, tools) }))),
  );
}

async function askHost<T>(
  host: ResolvedHost,
  question: Question<T>,
  { fleet, recorder }: Frame,
  { clock, interruption }: Tools,
): Promise<Result<T>> {
  const signal = interruption.draining;
  const startedAt = clock.now();
  void recorder.record(phaseStarted("connect", host.name));
  const session = await fleet.session(host, signal);
  const connected = { host: host.name, ms: clock.now() - startedAt };
  void recorder.record(phaseEnded("connect", session.ok ? connected : { ...connected, error: session.error }));
  return session.ok ? question(session.value, signal) : session;
}
