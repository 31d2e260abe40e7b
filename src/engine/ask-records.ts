/** Asks a host for what it does or refuses: an exit code other than 0 is a refusal. */
import type { HostRecord } from "../domain/host/protocol.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import type { HostCommand } from "../domain/host/verbs.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { AskOptions, HostSession } from "./session.ts";

/** Fails as `HostSession.ask` does, and with what the exit code stands for; every failure names the host. */
export async function askRecords(
  session: HostSession,
  command: HostCommand,
  options: AskOptions,
): Promise<Result<readonly HostRecord[]>> {
  const host = session.host.name;
  const answer = await session.ask(command, options);
  if (!answer.ok) return err({ ...answer.error, host });
  const { records, code } = answer.value;
  return code === 0 ? ok(records) : err({ ...refusalOf(records, code), host });
}
