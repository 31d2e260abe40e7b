/** For GitHub Actions: lines as for people, in groups; annotations, a summary of the job and outputs of the step. */

import { foldHosts } from "../../../domain/fold-hosts.ts";
import { type EventError, eventErrorOf } from "../../../domain/outcome/event-error.ts";
import { groupFailures } from "../../../domain/plan/groups.ts";
import type { OutputOptions } from "../../output-options.ts";
import { reportFiles } from "../../report-files.ts";
import { humanReporter } from "../human-reporter.ts";
import { outputTo } from "../output.ts";
import type { Reporter, ReporterContext } from "../reporter.ts";
import { harmless, workflowCommand } from "./github-command.ts";
import { summaryMarkdown } from "./github-summary.ts";
import { obstacleReport } from "./junit.ts";
import { type CiReport, reportOfPlan, reportOfRun, reportOfStatus } from "./outcome.ts";

/** GitHub shows ten of each kind for a step, and drops the others without a word. */
const MOST_ANNOTATIONS = 10;
/** GitHub takes 1 MiB for a step; whatever else writes there needs room, too. */
const SUMMARY_BYTES = 900 * 1024;

interface Trouble {
  readonly host?: string | undefined;
  readonly error: EventError;
}

export function githubReporter(
  options: OutputOptions,
  context: ReporterContext,
  purpose: "query" | "action",
): Reporter {
  const human = humanReporter({ ...options, format: "plain" }, { ...context, guard: harmless }, purpose);
  // Results of queries are on stdout, and so is their group; what acts tells its plan with its progress.
  const commands = outputTo(purpose === "query" ? context.stdout : context.stderr);
  const annotated = { error: 0, warning: 0 };
  let verb = "nixfleet";
  let reported = false;

  const annotate = (level: "error" | "warning", troubles: readonly Trouble[]): void => {
    for (const { hosts, error } of groupFailures(troubles)) {
      if (annotated[level] >= MOST_ANNOTATIONS) return;
      annotated[level] += 1;
      const place = { file: error.at?.file, line: error.at?.line, col: error.at?.column };
      const title = hosts.length === 0 ? error.code : foldHosts(hosts);
      commands.write(`${workflowCommand(level, annotationText(error), { title, ...place })}\n`);
    }
  };
  const report = (ci: CiReport, outputs: Readonly<Record<string, string | number>>): void => {
    reported = true;
    const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = context.env;
    const room = summary === undefined ? 0 : SUMMARY_BYTES - reportFiles.size(summary);
    const troubles = [
      summary ? reportFiles.append(summary, summaryMarkdown(ci, room)) : undefined,
      output ? reportFiles.append(output, outputLines(outputs)) : undefined,
    ];
    for (const trouble of troubles)
      if (trouble !== undefined) commands.write(`${workflowCommand("warning", trouble)}\n`);
  };

  return {
    ...human,
    plan(plan, hints) {
      const { change, failed, unreachable } = plan.summary;
      commands.write(`${workflowCommand("group", `Plan ${plan.id.slice(0, 12)}: ${change} to change`)}\n`);
      human.plan(plan, hints);
      commands.write(`${workflowCommand("endgroup")}\n`);
      if (purpose === "action") return;
      annotate(
        "error",
        plan.hosts.flatMap(({ name, action, error }) =>
          error === undefined || action === "held" ? [] : [{ host: name, error }],
        ),
      );
      report(reportOfPlan(plan), { plan: plan.id, changes: change, failed, unreachable });
    },
    event(event) {
      if (event.type === "version") verb = event.verb;
      human.event(event);
      if (event.type === "diagnostic" && event.level === "warn")
        annotate("warning", [{ host: event.host, error: event.error }]);
      if (event.type !== "summary" || purpose === "query") return;
      const ci = reportOfRun(event, verb);
      annotate(
        "error",
        ci.hosts.flatMap(({ name, outcome, error }) =>
          error === undefined || outcome === "passed" || outcome === "skipped" ? [] : [{ host: name, error }],
        ),
      );
      const { changed, failed, rolled_back: back, unknown, unreachable, not_started: untouched } = event.counts;
      const unwell = (failed ?? 0) + (back ?? 0) + (unknown ?? 0);
      report(ci, {
        ...{ run: event.run, exit: event.exit, changed: changed ?? 0, failed: unwell },
        ...{ unreachable: unreachable ?? 0, not_started: untouched ?? 0 },
      });
    },
    status(status) {
      human.status(status);
      const ci = reportOfStatus(status);
      annotate(
        "error",
        ci.hosts.flatMap(({ name, outcome, error }) =>
          error === undefined || outcome === "passed" ? [] : [{ host: name, error }],
        ),
      );
      report(ci, { hosts: ci.hosts.length, unwell: ci.hosts.filter(({ outcome }) => outcome !== "passed").length });
    },
    failures(failures) {
      human.failures(failures);
      const errors = failures.map((failure) => ({ host: failure.host, error: eventErrorOf(failure) }));
      annotate("error", errors);
      if (!reported)
        report(
          obstacleReport(
            verb,
            errors.map(({ error }) => error),
          ),
          {},
        );
    },
    warnings(warnings) {
      human.warnings(warnings);
      annotate(
        "warning",
        warnings.map((failure) => ({ host: failure.host, error: eventErrorOf(failure) })),
      );
    },
  };
}

function annotationText({ code, what, expected, found, because, next }: EventError): string {
  const lines = [
    `${what} (${code})`,
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(found === undefined ? [] : [`found: ${found}`]),
    ...(because === undefined ? [] : [`because: ${because}`]),
    ...(next === undefined ? [] : [`next: ${next}`]),
  ];
  return lines.join("\n").slice(0, 4_000);
}

/** Names and values are ours: numbers, a run, a plan. */
const outputLines = (outputs: Readonly<Record<string, string | number>>): string =>
  Object.entries(outputs)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
