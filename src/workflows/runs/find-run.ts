/** From what somebody types to a recorded run: its id, the beginning of its id, or "last". */
import type { RunId } from "../../domain/ids.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Journal } from "../../ports/journal.ts";

/** Fails with `cli/unknown-run`, also when several runs begin so. */
export async function findRun(typed: string, journal: Journal): Promise<Result<RunId>> {
  const list = await journal.list();
  if (!list.ok) return list;
  const runs = list.value.runs.map((record) => record.run);
  const [last] = runs;
  if (typed === "last" && last !== undefined) return ok(last);
  const wanted = typed.toUpperCase();
  const matching = runs.filter((run) => run === wanted || (wanted !== "" && run.startsWith(wanted)));
  const [only, another] = matching;
  if (only !== undefined && another === undefined) return ok(only);
  return err(
    failure(
      "cli/unknown-run",
      matching.length > 1 ? `several runs begin with ${typed}` : `no run ${typed} is recorded`,
      {
        ...(matching.length > 1 ? { found: matching.slice(0, 5).join(", ") } : {}),
        next: "nixfleet runs list shows the runs",
      },
    ),
  );
}
