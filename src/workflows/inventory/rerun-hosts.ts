/** The hosts that failed in an earlier run, for `--rerun failed`. */
import { type HostName, parseHostName, parseRunId, type RunId } from "../../domain/ids.ts";
import type { HostStatus, RunEvent } from "../../domain/outcome/events.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { RerunHosts, RerunRequest } from "../../domain/selection/request.ts";
import type { Journal } from "../../ports/journal.ts";

/** What did not reach the state it was meant to reach. Hosts that were held or skipped on purpose are not among it. */
const failedStatuses: ReadonlySet<HostStatus> = new Set(["failed", "unreachable", "rolled_back", "unknown"]);

/** Runs that change nothing, and so leave nothing to do again. */
const asking: ReadonlySet<string> = new Set(["plan", "status"]);

export const rerunHostsFrom =
  (journal: Journal) =>
  async (request: RerunRequest): Promise<Result<RerunHosts>> => {
    const run = await chosenRun(request, journal);
    if (!run.ok) return run;
    const reading = await journal.read(run.value);
    if (!reading.ok) return reading;
    const hosts = failedHosts(reading.value.events);
    if (hosts.length > 0) return ok({ run: run.value, hosts });
    return err(
      failure("inventory/nothing-to-rerun", `no host failed in run ${run.value}`, {
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
function failedHosts(events: readonly RunEvent[]): HostName[] {
  const last = new Map<string, HostStatus>();
  for (const event of events) {
    if (event.type === "host_result") last.set(event.host, event.result.status);
    if (event.type === "summary") for (const host of event.hosts) last.set(host.name, host.status);
  }
  return [...last].flatMap(([name, status]) => {
    const host = parseHostName(name);
    return host !== undefined && failedStatuses.has(status) ? [host] : [];
  });
}
