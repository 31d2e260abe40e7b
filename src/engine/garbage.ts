/** Looks at a host's old generations, or forgets them. */
import { type Garbage, parseGarbage } from "../domain/host/garbage.ts";
import { gcCommand } from "../domain/host/verbs.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import { askRecords } from "./ask-records.ts";
import type { HostSession } from "./session.ts";

/** Deleting a hundred thousand files takes minutes. */
const COLLECT_TIMEOUT_MS = 30 * 60_000;

/** Fails with `host/locked` while an activation is going on. */
export async function garbage(
  session: HostSession,
  request: { readonly keep: number; readonly mode: "look" | "forget" | "collect" },
  signal: AbortSignal,
): Promise<Result<Garbage>> {
  const command = gcCommand(request.keep, request.mode);
  const records = await askRecords(session, command, { timeoutMs: COLLECT_TIMEOUT_MS, signal });
  if (!records.ok) return records;
  const parsed = parseGarbage(records.value);
  return parsed.ok ? parsed : err({ ...parsed.error, host: session.host.name });
}
