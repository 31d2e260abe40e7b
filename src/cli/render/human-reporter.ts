/** Reports for people: progress on stderr, results on stdout. */

import type { Status } from "../../domain/status/status.ts";
import type { OutputOptions } from "../output-options.ts";
import type { Repetition } from "../repetition.ts";
import { hostOutputs } from "./host-output.ts";
import { nextCommand } from "./next-command.ts";
import { outputTo } from "./output.ts";
import { renderPlan } from "./plan.ts";
import { printable } from "./printable.ts";
import { renderProblems, renderWarnings } from "./problems.ts";
import { progressFor } from "./progress.ts";
import { renderRecap } from "./recap.ts";
import type { Reporter, ReporterContext } from "./reporter.ts";
import { renderStatus } from "./status.ts";
import { styleFor } from "./style.ts";

export function humanReporter(options: OutputOptions, context: ReporterContext, purpose: "query" | "action"): Reporter {
  const { verbosity } = options;
  const again: Repetition = context.again ?? { flags: [], operands: [] };
  const stdout = outputTo(context.stdout, context.guard);
  const stderr = outputTo(context.stderr, context.guard);
  const style = styleFor(context.stdout, context.env, options.color);
  const errorStyle = styleFor(context.stderr, context.env, options.color);
  const progress = progressFor(options, context, { output: stderr, style: errorStyle });
  let obstructed = false;
  const outputs = hostOutputs({ stdout, stderr, style });
  return {
    plan(plan, hints = {}) {
      progress.pause();
      const result = purpose === "query";
      const view = {
        diff: options.diff,
        verbosity,
        nowMs: context.now(),
        next: result ? nextCommand(plan, hints, again) : (hints.next ?? null),
      };
      if (result) stdout.write(renderPlan(plan, { ...view, style, width: stdout.width() }));
      else stderr.write(renderPlan(plan, { ...view, style: errorStyle, width: stderr.width() }));
    },
    event(event) {
      outputs.take(event);
      if (event.type === "diagnostic" && event.level === "error") obstructed = true;
      if (event.type !== "summary") return progress.event(event);
      progress.end();
      // What stood in the way is told by `failures`, and there is nothing to sum up.
      if (obstructed) return;
      const gap = outputs.flush(event) ? "\n" : "";
      // The outputs are the result of `run`; of everything else it is what became of the hosts.
      const sink = outputs.areResult() ? { output: stderr, style: errorStyle } : { output: stdout, style };
      const view = { style: sink.style, width: sink.output.width(), verbosity, again };
      if (purpose === "action") sink.output.write(gap + renderRecap(event, progress.verb(), view));
    },
    status(status: Status) {
      progress.pause();
      stdout.write(renderStatus(status, { style, width: stdout.width(), verbosity }));
    },
    failures(failures) {
      progress.pause();
      stderr.write(renderProblems(failures, errorStyle));
    },
    warnings(warnings) {
      progress.pause();
      stderr.write(renderWarnings(warnings, errorStyle));
    },
    note(text) {
      if (verbosity < 0) return;
      progress.pause();
      stderr.write(`${printable(text)}\n`);
    },
    async whileAsking(question) {
      progress.hold();
      try {
        return await question();
      } finally {
        progress.goOn();
      }
    },
    end: () => progress.end(),
  };
}
