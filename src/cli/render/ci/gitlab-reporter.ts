/** For GitLab CI: lines as for people, the plan and the progress in sections that fold. */
import type { OutputOptions } from "../../output-options.ts";
import { humanReporter } from "../human-reporter.ts";
import { outputTo } from "../output.ts";
import type { Reporter, ReporterContext } from "../reporter.ts";

export function gitlabReporter(
  options: OutputOptions,
  context: ReporterContext,
  purpose: "query" | "action",
): Reporter {
  const human = humanReporter({ ...options, format: "plain" }, context, purpose);
  const output = outputTo(purpose === "query" ? context.stdout : context.stderr);
  const seconds = (): number => Math.floor(context.now() / 1000);
  const begin = (name: string, title: string, collapsed: boolean): void =>
    output.write(
      `${START}section_start:${seconds()}:${name}${collapsed ? "[collapsed=true]" : ""}\r${START}${title}\n`,
    );
  const end = (name: string): void => output.write(`${START}section_end:${seconds()}:${name}\r${START}\n`);
  let running = false;
  const endRun = (): void => {
    if (running) end("nixfleet_run");
    running = false;
  };
  return {
    ...human,
    plan(plan, hints) {
      begin("nixfleet_plan", `Plan ${plan.id.slice(0, 12)}: ${plan.summary.change} to change`, purpose === "action");
      human.plan(plan, hints);
      end("nixfleet_plan");
    },
    event(event) {
      if (event.type === "plan" && purpose === "action" && !running) {
        begin("nixfleet_run", event.msg, false);
        running = true;
      }
      // What ends a run is told behind its section, where it is seen without unfolding anything.
      if (event.type === "summary") endRun();
      human.event(event);
    },
    failures(failures) {
      endRun();
      human.failures(failures);
    },
    end() {
      endRun();
      human.end();
    },
  };
}

/** What host output cannot have: `printable` takes escape characters from it. */
const START = "\u001b[0K";
