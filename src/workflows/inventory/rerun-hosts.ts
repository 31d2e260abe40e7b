/** The hosts that failed, or had no turn, in an earlier run, for `--rerun failed` and `--rerun not-started`. */
import { type HostName, parseHostName, parseRunId, type RunId } from "../../domain/ids.ts";
import type { HostStatus } from "../../domain/outcome/events.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { summarizeRun } from "../../domain/run/summary.ts";
import type { RerunHosts, RerunRequest } from "../../domain/selection/request.ts";
import type { Journal, RunReading } from "../../ports/journal.ts";

/** What did not reach the state it was meant to reach. Hosts that were held or skipped on purpose are not among it. */
const failedStatuses: ReadonlySet<HostStatus> = new Set(["failed", "unreachable", "rolled_back", "unknown"]);

/** Who had no turn, or could not be begun; the next plan holds again who is held on purpose. */
const notStartedStatuses: ReadonlySet<HostStatus> = new Set(["not_started", "locked", "held", "stale"]);

/** Runs that change nothing, and so leave nothing to do again. */
const asking: ReadonlySet<string> = new Set(["plan", "status"]);

export const rerunHostsFrom =
  (journal: Journal) =>
  async (request: RerunRequest): Promise<Result<RerunHosts>> => {
    const run = await chosenRun(request, journal);
    if (!run.ok) return run;
    const reading = await journal.read(run.value);
    if (!reading.ok) return reading;
    const { which } = request;
    const hosts = hostsThat(which, reading.value);
    if (hosts.length > 0) return ok({ which, run: run.value, hosts });
    const what = which === "failed" ? "no host failed" : "every host was started";
    return err(
      failure("inventory/nothing-to-rerun", `${what} in run ${run.value}`, {
        next: "name another run with --run ID",
      }),
    );
  };

async function chosenRun({ run }: RerunRequest, journal: Journal): Promise<Result<RunId>> {
  if (run !== undefined) {
    const id = parseRunId(run);
    if (id !== undefined) return ok(id);
    return err(
      failure("inventory/nothing-to-rerun", `"${run}" is no run id`, { next: "nixfleet runs list shows them" }),
    );
  }
  const list = await journal.list();
  if (!list.ok) return list;
  const last = list.value.runs.find(({ verb }) => !asking.has(verb));
  return last === undefined ? err(failure("inventory/nothing-to-rerun", "there was no run yet")) : ok(last.run);
}

/** By the last word on each host: a killed run has no summary, but the results up to then. */
function hostsThat(which: RerunRequest["which"], { events, plan }: RunReading): HostName[] {
  const last = new Map<string, HostStatus>();
  for (const { name, action } of plan?.hosts ?? []) if (action === "change") last.set(name, "not_started");
  for (const { name, status } of summarizeRun(events).hosts) last.set(name, status);
  const wanted = which === "failed" ? failedStatuses : notStartedStatuses;
  return [...last].flatMap(([name, status]) => {
    const host = parseHostName(name);
    return host !== undefined && wanted.has(status) ? [host] : [];
  });
}
