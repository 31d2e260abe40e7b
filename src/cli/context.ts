/** What a command gets from the outside world, so that tests can give it another. */
import type { Command } from "commander";
import type { ExitCode } from "../domain/outcome/exit-codes.ts";

export interface CliContext {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Set once, by the command that ran; main.ts hands it to the process. */
  exit(code: ExitCode | PassedOnExitCode): void;
  /** Ends the process at once, for the operator who asked three times. */
  exitNow(code: ExitCode): void;
}

declare const passedOn: unique symbol;
/** The exit code of a program that a command stands in for, such as ssh; outside the table of exit codes. */
export type PassedOnExitCode = number & { readonly [passedOn]: true };

/** A command's file: says its arguments and options, and runs it. Loaded only when it is the one that was typed. */
export interface CommandModule {
  configure(command: Command, context: CliContext): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Heading that it stands below in the help. */
  readonly group?: string;
  /** Not listed by --help: for programs, not for people. */
  readonly hidden?: true;
  readonly load: () => Promise<CommandModule>;
}
