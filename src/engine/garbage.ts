/** Looks at a host's old generations, or forgets them. */
import { type Garbage, parseGarbage } from "../domain/host/garbage.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import { gcCommand } from "../domain/host/verbs.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { HostSession } from "./session.ts";

/** Deleting a hundred thousand files takes minutes. */
const COLLECT_TIMEOUT_MS = 30 * 60_000;

/** Fails with `host/locked` while an activation is going on. */
export async function garbage(
  session: HostSession,
  request: { readonly keep: number; readonly mode: "look" | "forget" | "collect" },
  signal: AbortSignal,
): Promise<Result<Garbage>> {
  const host = session.host.name;
  const answer = await session.ask(gcCommand(request.keep, request.mode), { timeoutMs: COLLECT_TIMEOUT_MS, signal });
  if (!answer.ok) return err({ ...answer.error, host });
  const { records, code } = answer.value;
  if (code !== 0) return err({ ...refusalOf(records, code), host });
  const parsed = parseGarbage(records);
  return parsed.ok ? parsed : err({ ...parsed.error, host });
}
