/** Looks at a host: one exec for all facts. */
import { parseFacts } from "../domain/host/facts.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import { factsCommand } from "../domain/host/verbs.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { HostSession } from "./session.ts";

/** Hashing every managed file on a slow disk takes seconds, not minutes. */
const FACTS_TIMEOUT_MS = 60_000;

export async function observe(session: HostSession, signal: AbortSignal): Promise<Result<HostFacts>> {
  const host = session.host.name;
  const answer = await session.ask(factsCommand(), { timeoutMs: FACTS_TIMEOUT_MS, signal });
  if (!answer.ok) return err({ ...answer.error, host });
  if (answer.value.code !== 0) return err({ ...refusalOf(answer.value.records, answer.value.code), host });
  const facts = parseFacts(answer.value.records);
  return facts.ok ? facts : err({ ...facts.error, host });
}
