/** What every verb does that only asks about hosts: like any verb of the fleet, and then one answer on standard output. */
import type { ExitCode } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { ok, type Result } from "../domain/outcome/result.ts";
import type { Selection } from "../domain/selection/request.ts";
import type { LoadedProject } from "../workflows/inventory/load-project.ts";
import type { Tools } from "../workflows/tools.ts";
import type { CliContext } from "./context.ts";
import type { FleetFlags } from "./fleet-options.ts";
import { runFleetVerb } from "./fleet-verb.ts";
import { outputOptions } from "./output-options.ts";
import { outputTo } from "./render/output.ts";
import { type Style, styleFor } from "./render/style.ts";

export interface FleetQuery {
  readonly flags: FleetFlags;
  readonly patterns: readonly string[];
  readonly ask: (
    project: LoadedProject,
    selection: Selection,
    tools: Tools,
  ) => Promise<Result<FleetAnswer, readonly Failure[]>>;
  /** For a query that has something to say even where the project cannot be loaded. */
  readonly askWithoutProject?: (reasons: readonly Failure[], signal: AbortSignal) => Promise<FleetAnswer>;
}

export interface FleetAnswer {
  readonly exit: ExitCode;
  /** For --json. */
  readonly record: object;
  /** For people; ends with a newline. */
  readonly text: (view: AnswerView) => string;
  /** Trouble of single hosts, for standard error. */
  readonly failures: readonly Failure[];
}

export interface AnswerView {
  readonly style: Style;
  readonly width: number;
  readonly verbosity: number;
}

/** The answer comes when connections are closed and progress is gone, so that nothing writes over it. */
export async function runFleetQuery(query: FleetQuery, context: CliContext): Promise<void> {
  const { flags, patterns, ask, askWithoutProject } = query;
  let answer: FleetAnswer | undefined;
  const withoutProject = async (reasons: readonly Failure[], signal: AbortSignal): Promise<ExitCode | undefined> => {
    answer = await askWithoutProject?.(reasons, signal);
    return answer?.exit;
  };
  await runFleetVerb(
    {
      purpose: "query",
      flags,
      patterns,
      withoutProject,
      work: async (project, selection, tools) => {
        const asked = await ask(project, selection, tools);
        if (!asked.ok) return asked;
        answer = asked.value;
        if (answer.failures.length > 0) tools.audience.failures(answer.failures);
        return ok(answer.exit);
      },
    },
    context,
  );
  if (answer !== undefined) printAnswer(answer, flags, context);
}

/** As the output flags want it. */
export function printAnswer(
  { record, text }: Pick<FleetAnswer, "record" | "text">,
  flags: FleetFlags,
  context: Pick<CliContext, "stdout" | "stderr" | "env">,
): void {
  const { format, color, verbosity } = outputOptions(flags, "query", context);
  const stdout = outputTo(context.stdout);
  if (format === "json") stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  else if (format === "ndjson") stdout.write(`${JSON.stringify(record)}\n`);
  else stdout.write(text({ style: styleFor(context.stdout, context.env, color), width: stdout.width(), verbosity }));
}
