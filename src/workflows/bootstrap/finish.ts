/** The second half of a bootstrap, for one host: do what is missing, look again, prove it. */
import type { FreshHost } from "../../domain/bootstrap/look.ts";
import { planBootstrap } from "../../domain/bootstrap/plan.ts";
import { isRestricted } from "../../domain/inventory/access.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import {
  diagnosed,
  hostFinished,
  phaseEnded,
  phaseProgressed,
  phaseStarted,
} from "../../domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../../domain/outcome/event-error.ts";
import type { HostResult, HostStatus, Phase } from "../../domain/outcome/events.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { failureCodes } from "../../domain/outcome/failure-codes/index.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { type BootstrapSession, lookAtFreshHost, prepareHost } from "../../engine/bootstrap.ts";
import type { Frame } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import { proveHost } from "./prove.ts";
import { type Preparation, type Prepared, stepsToDo } from "./request.ts";

/** @param program text of the bootstrap program */
export async function finishHost(
  { host, outcome }: Prepared,
  program: string,
  frame: Frame,
  tools: Tools,
): Promise<HostResult> {
  const startedAt = tools.clock.now();
  const done = outcome.ok ? await prepareAndProve(host, outcome.value, program, frame, tools) : outcome;
  const result: HostResult = {
    name: host.name,
    status: done.ok ? done.value : statusOf(done.error),
    from: null,
    to: null,
    ms: tools.clock.now() - startedAt,
    ...(done.ok ? {} : { error: eventErrorOf(done.error) }),
  };
  await frame.recorder.record(hostFinished(result));
  return result;
}

function statusOf({ code }: Failure): HostStatus {
  if (code === "cli/interrupted") return "not_started";
  const { kind } = failureCodes[code];
  return kind === "unreachable" || kind === "locked" ? kind : "failed";
}

async function prepareAndProve(
  host: ResolvedHost,
  preparation: Preparation,
  program: string,
  frame: Frame,
  tools: Tools,
): Promise<Result<"changed" | "unchanged">> {
  const { interruption, elevation } = tools;
  const programs = { bootstrap: program, host: tools.program };
  if (interruption.draining.aborted) return err(failure("cli/interrupted", "interrupted before the host was begun"));
  const session = { connection: preparation.connection, programs, elevation, signal: interruption.detached };
  const steps = stepsToDo(preparation.plan);
  const prepared =
    steps.length === 0
      ? ok(preparation.found)
      : await inPhase("activate", host, frame, tools, () => prepare(host, session, preparation, frame));
  if (!prepared.ok) return err({ ...prepared.error, host: host.name });
  const { deployUser } = preparation.wishes;
  const becomesRoot = deployUser === "root" || prepared.value.sudoRule === "nopasswd" || isRestricted(host);
  if (!becomesRoot) await frame.recorder.record(diagnosed(sudoUntried(host, deployUser), "warn"));
  const proven = await inPhase("health", host, frame, tools, () =>
    proveHost(host, { deployUser, becomesRoot }, frame, tools),
  );
  return proven.ok ? ok(steps.length === 0 ? "unchanged" : "changed") : proven;
}

/** Gives the host as it is at the end. */
async function prepare(
  host: ResolvedHost,
  session: BootstrapSession,
  { plan, wishes }: Preparation,
  { recorder }: Frame,
): Promise<Result<FreshHost>> {
  const words = new Map<string, string>(plan.steps.map(({ name, what }) => [name, what]));
  const done = await prepareHost(session, stepsToDo(plan), wishes, {
    onStep: (name) => void recorder.record(phaseProgressed("activate", words.get(name) ?? name, { host: host.name })),
    onOutput: (chunk) => void recorder.hostLog(host.name, chunk),
  });
  if (!done.ok) return done;
  const found = await lookAtFreshHost(session, wishes);
  if (!found.ok) return found;
  const again = planBootstrap(found.value, wishes);
  if (!again.ok) return again;
  const [left] = again.value.steps.filter(({ state }) => state === "do");
  if (left === undefined) return found;
  return err(
    failure("bootstrap/not-proven", "a step went well and its effect is not there", {
      expected: words.get(left.name) ?? left.name,
      found: left.what,
      next: "see whether something on the host undoes it, then run the command again",
    }),
  );
}

const sudoUntried = ({ name: host }: ResolvedHost, user: string): Failure =>
  failure("bootstrap/not-proven", `whether sudo takes ${user}'s password was not tried`, {
    host,
    next: `set one with passwd ${user}, then try nixfleet facts --ask-sudo-password`,
  });

async function inPhase<T>(
  phase: Phase,
  { name: host }: ResolvedHost,
  { recorder }: Frame,
  { clock }: Tools,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const startedAt = clock.now();
  await recorder.record(phaseStarted(phase, host));
  const result = await work();
  const error = result.ok ? {} : { error: result.error };
  await recorder.record(phaseEnded(phase, { host, ms: clock.now() - startedAt, ...error }));
  return result;
}
