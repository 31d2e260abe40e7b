/** The early copy of one host: whether, and then how. */
import type { ClosureDifference } from "../domain/closure/compare.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { ok, type Result } from "../domain/outcome/result.ts";
import { mayTravelEarly } from "../domain/plan/early-copy.ts";
import { cannotReceive } from "../domain/plan/preflight.ts";
import { isDeadRun } from "../engine/dead-run.ts";
import { sendClosure } from "../engine/send-closure.ts";
import type { HostSession } from "../engine/session.ts";
import type { CopyOutcome } from "../ports/nix-builder.ts";
import type { BuiltClosure } from "./build-places.ts";
import { differenceOfClosures } from "./compare-closures.ts";
import type { Frame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

/** A closure, and the host that it is for as it was seen. */
export interface Meeting {
  readonly host: ResolvedHost;
  readonly facts: HostFacts;
  readonly closure: BuiltClosure;
}

/** What was found out about a host before its closure is sent. */
export interface Compared {
  readonly session: HostSession;
  readonly difference: Result<ClosureDifference>;
}

export interface Means {
  readonly frame: Frame;
  readonly tools: Tools;
  readonly signal: AbortSignal;
}

/** Undefined for a host that its plan is going to leave alone, or whose closure has to be looked at first. */
export async function compareEarly(
  { host, facts, closure }: Meeting,
  waiting: ReadonlySet<string>,
  { frame, tools, signal }: Means,
): Promise<Compared | undefined> {
  const { evaluated, store } = closure;
  const { outPath: system, description } = evaluated;
  const desired = {
    kind: "closure",
    system,
    manifest: null,
    ...(description === undefined ? {} : { description: description.outPath }),
  } as const;
  const { lock } = facts;
  const lockAbandoned = lock !== null && !lock.expired && (await isDeadRun(lock.run, tools.journal));
  const waits = waiting.has(host.name);
  if (signal.aborted || !mayTravelEarly({ base: host.base, facts, desired, lockAbandoned, waits })) return undefined;
  if (facts.nixVersion.kind === "absent" || (await asksForSecrets(closure, tools))) return undefined;
  const session = await frame.fleet.session(host, signal);
  if (!session.ok) return undefined;
  const { builder } = tools;
  const difference = await differenceOfClosures(session.value, facts, desired, { builder, store, signal });
  return { session: session.value, difference };
}

/** What was built elsewhere is compared with this machine's evaluation, all hosts at once: later, and before it is sent. */
async function asksForSecrets({ evaluated, store }: BuiltClosure, { builder }: Tools): Promise<boolean> {
  if (store === undefined) return false;
  const described = (await builder.describe([evaluated], store)).get(evaluated.host);
  return described?.ok !== true || (described.value.manifest?.secrets.length ?? 0) > 0;
}

/** As the planner asks: of a closure whose size is not known, any room will do. */
export const hasRoom = ({ facts }: Meeting, { difference }: Compared): boolean =>
  cannotReceive(facts, difference.ok ? difference.value.copy.bytes : undefined) === undefined;

/** Undefined where it failed; the copy in its turn tries again, and tells of it. */
export async function copyEarly(
  { host, closure: { evaluated, store } }: Meeting,
  session: HostSession,
  { frame, tools, signal }: Means,
): Promise<CopyOutcome | undefined> {
  const { recorder } = frame;
  const { builder, clock } = tools;
  const whole = evaluated.description?.outPath ?? evaluated.outPath;
  const startedAt = clock.now();
  await recorder.record(phaseStarted("copy", host.name, { early: true }));
  const sending = {
    paths: [...new Set([evaluated.outPath, whole])],
    ...(store === undefined ? {} : { from: store }),
    substitutes: host.substituteOnDestination,
    signal,
  };
  const signed = store === undefined ? await builder.sign([whole], signal) : ok(undefined);
  const copied = signed.ok ? await sendClosure(sending, { session, builder, recorder }) : signed;
  const end = { host: host.name, ms: clock.now() - startedAt, early: true } as const;
  await recorder.record(phaseEnded("copy", copied.ok ? end : { ...end, error: copied.error }));
  return copied.ok ? copied.value : undefined;
}
