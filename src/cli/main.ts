/** Composition root: picks the command that was typed, loads only that one, and sets the exit code once. */
import { Command, CommanderError } from "commander";
import { type ExitCode, exitCodes } from "../domain/outcome/exit-codes.ts";
import { commands } from "./commands/index.ts";
import type { CliContext } from "./context.ts";
import { version } from "./version.ts";

const MORE_HELP = `
nixfleet COMMAND --help says what a command takes; hosts are selected alike everywhere.
A new project: nixfleet init. A fleet of throw-away machines: nixfleet lab up.`;

const helpCommand = new Command("help")
  .argument("[command]")
  .description("the same as --help")
  .helpGroup("About nixfleet:");

export async function main(argv: readonly string[], process: NodeJS.Process): Promise<void> {
  const context: CliContext = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    exit: (code) => {
      process.exitCode = code;
    },
    exitNow: (code) => process.exit(code),
  };
  try {
    const program = await programFor(argv, context);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    context.exit(exitCodeOfThrown(error, context));
  }
}

async function programFor(argv: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command("nixfleet")
    .description("Plan, apply and roll back fleets of Ubuntu, Debian and NixOS servers.")
    .version(version, "-V, --version")
    .exitOverride()
    .showHelpAfterError("(nixfleet --help lists the commands)")
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpCommand(helpCommand)
    .addHelpText("after", MORE_HELP);
  // `nixfleet help plan` is about plan.
  const typed = argv.filter((word) => !word.startsWith("-")).find((word) => word !== "help");
  for (const entry of commands) {
    const command = program
      .command(entry.name, { hidden: entry.hidden === true })
      .description(entry.summary)
      .exitOverride()
      .showHelpAfterError(`(nixfleet ${entry.name} --help says what it takes)`);
    if (entry.group !== undefined) command.helpGroup(`${entry.group}:`);
    if (entry.name === typed) (await entry.load()).configure(command, context);
  }
  return program;
}

function exitCodeOfThrown(error: unknown, context: CliContext): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  context.stderr.write(`error[internal/defect]: this is a bug in nixfleet ${version}\n${text}\n`);
  return exitCodes.internal;
}
