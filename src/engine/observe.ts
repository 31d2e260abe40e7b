/** Looks at a host: one exec for all facts. */
import { parseFacts } from "../domain/host/facts.ts";
import { factsCommand } from "../domain/host/verbs.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import { askRecords } from "./ask-records.ts";
import type { HostSession } from "./session.ts";

/** Hashing every managed file on a slow disk takes seconds, not minutes. */
const FACTS_TIMEOUT_MS = 60_000;

export async function observe(session: HostSession, signal: AbortSignal): Promise<Result<HostFacts>> {
  const records = await askRecords(session, factsCommand(), { timeoutMs: FACTS_TIMEOUT_MS, signal });
  if (!records.ok) return records;
  const facts = parseFacts(records.value);
  return facts.ok ? facts : err({ ...facts.error, host: session.host.name });
}
