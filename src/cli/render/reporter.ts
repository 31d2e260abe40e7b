/** Where a workflow tells what happens; which bytes come of it is decided here, once. */
import type { RunEvent } from "../../domain/outcome/events.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { Status } from "../../domain/status/status.ts";
import type { CliContext } from "../context.ts";
import type { OutputOptions } from "../output-options.ts";
import type { Repetition } from "../repetition.ts";
import { githubReporter } from "./ci/github-reporter.ts";
import { gitlabReporter } from "./ci/gitlab-reporter.ts";
import { withJunit } from "./ci/junit-reporter.ts";
import { humanReporter } from "./human-reporter.ts";
import { machineReporter } from "./machine-reporter.ts";

export interface Reporter {
  /** Shows a plan: a result for `nixfleet plan`, a preamble to the question for commands that act. */
  plan(plan: Plan, hints?: PlanHints): void;
  /** Each event of a run, in order. */
  event(event: RunEvent): void;
  status(status: Status): void;
  /** What ended the command before it had a result: usage, configuration, a refused plan. Comes after all events. */
  failures(failures: readonly Failure[]): void;
  warnings(warnings: readonly Failure[]): void;
  /** One line of information for people; machines never see it. */
  note(text: string): void;
  whileAsking<T>(question: () => Promise<T>): Promise<T>;
  /** Clears what is only for the moment and stops all timers. Call it last, also after an interruption. */
  end(): void;
}

export interface PlanHints {
  /** The plan was written there: the next command is to apply it. */
  readonly file?: string;
  /** Whole next command, when it is not the obvious one; null for none. */
  readonly next?: string | null;
}

export interface ReporterContext extends Pick<CliContext, "stdout" | "stderr" | "env"> {
  /** Goes over everything that is written for people. */
  readonly guard?: (text: string) => string;
  /** For the commands that are suggested. */
  readonly again?: Repetition;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** `purpose` decides where a plan goes: "query" commands print it as their result, "action" commands as a preamble. */
export function createReporter(
  options: OutputOptions,
  context: ReporterContext,
  purpose: "query" | "action",
): Reporter {
  const shown = reporterFor(options, context, purpose);
  return options.junit === undefined ? shown : withJunit(shown, options.junit, purpose);
}

function reporterFor(options: OutputOptions, context: ReporterContext, purpose: "query" | "action"): Reporter {
  switch (options.format) {
    case "json":
    case "ndjson":
      return machineReporter(options, context, purpose);
    case "github":
      return githubReporter(options, context, purpose);
    case "gitlab":
      return gitlabReporter(options, context, purpose);
    case "human":
    case "plain":
      return humanReporter(options, context, purpose);
  }
}
