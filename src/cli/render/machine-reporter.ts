/** Results for programs: JSON on stdout and nothing else there. Failures go to stderr as for people. */
import type { CliContext } from "../context.ts";
import type { OutputOptions } from "../output-options.ts";
import { lastingLines } from "./lasting-lines.ts";
import { outputTo } from "./output.ts";
import { renderProblems, renderWarnings } from "./problems.ts";
import type { Reporter } from "./reporter.ts";
import { styleFor } from "./style.ts";

/**
 * `ndjson`: every event as one line; a plan or a status as one line. `json`: one indented document, which for a command
 * that acts is the summary of its run.
 */
export function machineReporter(
  options: OutputOptions,
  context: Pick<CliContext, "stdout" | "stderr" | "env">,
  purpose: "query" | "action",
): Reporter {
  const stdout = outputTo(context.stdout);
  const stderr = outputTo(context.stderr);
  const style = styleFor(context.stderr, context.env, options.color);
  const tell = (texts: readonly string[]): void => stderr.write(texts.map((text) => `${text}\n`).join(""));
  const lines = options.format === "ndjson";
  const print = (value: unknown): void => stdout.write(`${JSON.stringify(value, null, lines ? 0 : 2)}\n`);
  return {
    // A run tells of its plan by an event; the whole plan is in its journal.
    plan: (plan) => {
      if (purpose === "query") print(plan);
    },
    event: (event) => {
      if (purpose === "action" && (lines || event.type === "summary")) print(event);
      // Nobody reads the events of a query, but a warning must not get lost with them.
      else if (event.type === "diagnostic")
        tell(lastingLines(event, { verb: "", verbosity: -1, style, hosts: undefined }));
    },
    status: print,
    failures: (failures) => stderr.write(renderProblems(failures, style)),
    warnings: (warnings) => stderr.write(renderWarnings(warnings, style)),
    note: () => {},
    whileAsking: (question) => question(),
    end: () => {},
  };
}
