/** Whether a run that holds a host's lock will never come back for it. */
import { parseRunId } from "../domain/ids.ts";
import type { Journal } from "../ports/journal.ts";

/** True only for runs that this machine recorded and that no process carries out: of others nothing is known here. */
export async function isDeadRun(text: string, journal: Journal): Promise<boolean> {
  const run = parseRunId(text);
  if (run === undefined) return false;
  const reading = await journal.read(run);
  return reading.ok && reading.value.state !== "running";
}
