/** `nixfleet lock release`: looks who holds the locks, asks, and takes them away. */
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { hostFinished } from "../domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../domain/outcome/event-error.ts";
import type { HostResult, HostStatus } from "../domain/outcome/events.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { breakLock, type LockState, lockStatus } from "../engine/lock-verbs.ts";
import { type Answered, askAll } from "./ask-hosts.ts";
import { concludeRun, type Frame, inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface BreakRequest {
  readonly hosts: readonly ResolvedHost[];
  /** One line, for the audit of each host. */
  readonly reason: string;
  /** Asked with what was found; not asked when there is nothing to break. */
  readonly confirm: (found: readonly Answered<LockState>[]) => Promise<Result<boolean>>;
}

export function breakLocks(request: BreakRequest, tools: Tools): Promise<Outcome> {
  return inFrame("lock release", tools, true, async (frame) => {
    const found = await askAll(request.hosts, lockStatus, frame, tools);
    if (tools.interruption.draining.aborted)
      return err([failure("cli/interrupted", "interrupted before any lock was broken")]);
    const held = found.filter(({ answer }) => answer.ok && answer.value.lock !== null);
    if (held.length > 0) {
      const agreed = await request.confirm(found);
      if (!agreed.ok) return err([agreed.error]);
      if (!agreed.value) return ok(exitCodes.halted);
    }
    const results = await Promise.all(found.map((host) => breakOne(host, request.reason, frame, tools)));
    return ok(await concludeRun(frame, results, tools));
  });
}

async function breakOne(
  { host, answer }: Answered<LockState>,
  reason: string,
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
  if (!answer.ok) return finish(statusOf(answer.error), answer.error);
  if (answer.value.lock === null) return finish("unchanged");
  const session = await fleet.session(host, interruption.detached);
  const broken = session.ok ? await breakLock(session.value, reason, interruption.detached) : session;
  return broken.ok ? finish("changed") : finish(statusOf(broken.error), broken.error);
}

function statusOf({ code }: Failure): HostStatus {
  const { kind } = failureCodes[code];
  return kind === "unreachable" || kind === "locked" ? kind : "failed";
}
