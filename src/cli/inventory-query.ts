/** What the commands that only ask about the inventory do around their work: load, warn, print, exit. */
import { type Command, Option } from "commander";
import { exitCodeOf, worstExitCode } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { CliContext } from "./context.ts";
import { addProjectOptions, type ProjectFlags } from "./project-options.ts";
import { outputTo } from "./render/output.ts";
import { renderProblems, renderWarnings } from "./render/problems.ts";
import { type ColorChoice, type Style, styleFor } from "./render/style.ts";

export interface QueryFlags extends ProjectFlags {
  readonly json?: true;
  readonly color?: ColorChoice;
}

export interface Answer {
  /** For stdout, whole. */
  readonly text: string;
  /** For stderr, before it. */
  readonly warnings: readonly Failure[];
}

export interface View {
  readonly style: Style;
  readonly width: number;
}

export function addQueryOptions(command: Command): Command {
  return addProjectOptions(command)
    .option("--json", "the answer as JSON")
    .addOption(new Option("--color <when>", "colour, by default on a terminal").choices(["auto", "always", "never"]));
}

/** Runs a query and writes its answer, or everything that stood in its way. */
export async function runQuery(
  context: CliContext,
  flags: QueryFlags,
  query: (view: View) => Promise<Result<Answer, readonly Failure[]>>,
): Promise<void> {
  const [stdout, stderr] = [outputTo(context.stdout), outputTo(context.stderr)];
  const errorStyle = styleFor(context.stderr, context.env, flags.color);
  const answer = await query({ style: styleFor(context.stdout, context.env, flags.color), width: stdout.width() });
  if (answer.ok) {
    stderr.write(renderWarnings(answer.value.warnings, errorStyle));
    stdout.write(answer.value.text);
    return;
  }
  stderr.write(renderProblems(answer.error, errorStyle));
  context.exit(worstExitCode(answer.error.map(({ code }) => exitCodeOf(failureCodes[code].kind))));
}
