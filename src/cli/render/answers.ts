/** Answers of many hosts: as a record for programs, and as an exit code. */
import { eventErrorOf } from "../../domain/outcome/event-error.ts";
import { type ExitCode, exitCodes, worstExitCode } from "../../domain/outcome/exit-codes.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { failureExitCode } from "../../domain/outcome/run-exit-code.ts";
import type { Answered } from "../../workflows/ask-hosts.ts";

/** `{schema, hosts: [{name, …} | {name, error}]}` */
export function answersRecord<T>(schema: string, answers: readonly Answered<T>[], fields: (value: T) => object) {
  const hosts = answers.map(({ host, answer }) => ({
    name: host.name,
    ...(answer.ok ? fields(answer.value) : { error: eventErrorOf(answer.error) }),
  }));
  return { schema, hosts };
}

/** What stood in the way, with the host's name. */
export const answersFailures = (answers: readonly Answered<unknown>[]): Failure[] =>
  answers.flatMap(({ host, answer }) => (answer.ok ? [] : [{ ...answer.error, host: host.name }]));

/** 0 when every host answered. */
export const answersExitCode = (answers: readonly Answered<unknown>[]): ExitCode =>
  worstExitCode(answers.map(({ answer }) => (answer.ok ? exitCodes.ok : failureExitCode([answer.error], undefined))));
