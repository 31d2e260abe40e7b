/** `nixfleet lock release`: looks who holds the locks, asks, and takes them away. */
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { breakLock, type LockState, lockStatus } from "../engine/lock-verbs.ts";
import { actOnHost } from "./act-on-host.ts";
import { type Answered, askAll } from "./ask-hosts.ts";
import { concludeRun, inFrame, type Outcome } from "./run-frame.ts";
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
    const results = await Promise.all(
      found.map(({ host, answer }) => {
        const due = answer.ok ? ok(answer.value.lock !== null) : answer;
        return actOnHost({ host, due, perform: (...at) => breakLock(at[0], request.reason, at[1]) }, frame, tools);
      }),
    );
    return ok(await concludeRun(frame, results, tools));
  });
}
