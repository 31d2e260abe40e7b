/** `nixfleet explain CODE`: what a failure means and what to do about it. */
import type { Command } from "commander";
import { didYouMean } from "../../domain/near-miss.ts";
import { exitCodeOf, exitCodes } from "../../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { type FailureCode, failureCodes } from "../../domain/outcome/failure-codes/index.ts";
import type { CliContext } from "../context.ts";
import { renderFailure } from "../render/failures.ts";
import { DEFAULT_WIDTH, wrap } from "../render/layout.ts";
import { outputTo } from "../render/output.ts";
import { styleFor } from "../render/style.ts";

interface ExplainFlags {
  readonly json?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[code]", "as it stands between the brackets of error[...]; all codes when left out")
    .option("--json", "as JSON")
    .action((code: string | undefined, flags: ExplainFlags) => explain(code, flags, context));
}

function explain(typed: string | undefined, flags: ExplainFlags, context: CliContext): void {
  const known = (Object.keys(failureCodes) as FailureCode[]).sort();
  // People paste what they see: error[plan/stale], with or without the brackets.
  const wanted = typed?.replace(/^error\[|\]:?$/g, "");
  const chosen = wanted === undefined ? known : known.filter((code) => code === wanted);
  if (wanted !== undefined && chosen.length === 0) {
    outputTo(context.stderr).write(renderFailure(unknownCode(wanted, known)));
    context.exit(exitCodes.usage);
    return;
  }
  const stdout = outputTo(context.stdout);
  const style = styleFor(context.stdout, context.env);
  if (flags.json === true) stdout.write(`${JSON.stringify(chosen.map(record), null, 2)}\n`);
  else if (wanted !== undefined) stdout.write(chosen.map((code) => paragraph(code, stdout.width())).join(""));
  else stdout.write(chosen.map((code) => `${style.name(code)}  ${failureCodes[code].meaning}\n`).join(""));
  context.exit(exitCodes.ok);
}

const unknownCode = (code: string, known: readonly string[]): Failure =>
  failure("cli/unknown-code", `no failure has the code ${code}`, {
    next: didYouMean(code, known) ?? "nixfleet explain lists all codes",
  });

const record = (code: FailureCode) => ({ code, ...failureCodes[code], exit: exitCodeOf(failureCodes[code].kind) });

function paragraph(code: FailureCode, width = DEFAULT_WIDTH): string {
  const { meaning, remedy, exit } = record(code);
  return [
    code,
    ...wrap(meaning, { first: "  meaning    ", width }),
    ...wrap(remedy, { first: "  remedy     ", width }),
    `  exit code  ${exit}`,
    "",
  ].join("\n");
}
