/** One act on one host outside of plans, as a result of the run. */
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { hostFinished } from "../domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../domain/outcome/event-error.ts";
import type { HostResult, HostStatus } from "../domain/outcome/events.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { HostSession } from "../engine/session.ts";
import type { Frame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface Act {
  readonly host: ResolvedHost;
  /** What a look at the host said before: whether there is anything to do there. */
  readonly due: Result<boolean>;
  readonly perform: (session: HostSession, signal: AbortSignal) => Promise<Result<unknown>>;
}

export async function actOnHost(
  { host, due, perform }: Act,
  { fleet, recorder }: Frame,
  { clock, interruption }: Tools,
): Promise<HostResult> {
  const startedAt = clock.now();
  const finish = async (status: HostStatus, error?: Failure): Promise<HostResult> => {
    const ms = clock.now() - startedAt;
    const trouble = error === undefined ? {} : { error: eventErrorOf(error) };
    const result = { name: host.name, status, from: null, to: null, ms, ...trouble };
    await recorder.record(hostFinished(result));
    return result;
  };
  if (!due.ok) return finish(statusOf(due.error), due.error);
  if (!due.value) return finish("unchanged");
  const session = await fleet.session(host, interruption.detached);
  const done = session.ok ? await perform(session.value, interruption.detached) : session;
  return done.ok ? finish("changed") : finish(statusOf(done.error), done.error);
}

function statusOf({ code }: Failure): HostStatus {
  const { kind } = failureCodes[code];
  return kind === "unreachable" || kind === "locked" ? kind : "failed";
}
