/** Writes a JUnit file of what another reporter shows. */
import { eventErrorOf } from "../../../domain/outcome/event-error.ts";
import { failure } from "../../../domain/outcome/failure.ts";
import { reportFiles } from "../../report-files.ts";
import type { Reporter } from "../reporter.ts";
import { junitXml, obstacleReport } from "./junit.ts";
import { type CiReport, reportOfPlan, reportOfRun, reportOfStatus } from "./outcome.ts";

export function withJunit(shown: Reporter, file: string, purpose: "query" | "action"): Reporter {
  let verb = "nixfleet";
  let written = false;
  const write = (report: CiReport): void => {
    written = true;
    const trouble = reportFiles.replace(file, junitXml(report));
    if (trouble === undefined) return;
    shown.warnings([failure("cli/file", `the JUnit report cannot be written to ${file}`, { found: trouble })]);
  };
  return {
    ...shown,
    plan(plan, hints) {
      shown.plan(plan, hints);
      if (purpose === "query") write(reportOfPlan(plan));
    },
    event(event) {
      shown.event(event);
      if (event.type === "version") verb = event.verb;
      // A run that never came to its hosts says why by its failures.
      if (event.type === "summary" && purpose === "action" && event.hosts.length > 0) write(reportOfRun(event, verb));
    },
    status(status) {
      shown.status(status);
      write(reportOfStatus(status));
    },
    failures(failures) {
      shown.failures(failures);
      if (!written) write(obstacleReport(verb, failures.map(eventErrorOf)));
    },
  };
}
