/** Closures travel while others are still built, where the operator agreed beforehand to whatever the plan will be. */
import pLimit from "p-limit";
import type { ClosureDifference } from "../domain/closure/compare.ts";
import { foldHosts } from "../domain/fold-hosts.ts";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { diagnosed, phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import { mayTravelEarly } from "../domain/plan/early-copy.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { cannotReceive } from "../domain/plan/preflight.ts";
import { isDeadRun } from "../engine/dead-run.ts";
import type { EarlyCopies } from "../engine/early-copies.ts";
import { sendClosure, travelled } from "../engine/send-closure.ts";
import type { HostSession } from "../engine/session.ts";
import type { CopyOutcome } from "../ports/nix-builder.ts";
import type { BuiltClosure } from "./build-places.ts";
import { differenceOfClosures } from "./compare-closures.ts";
import { PROBES_AT_ONCE } from "./observe-hosts.ts";
import type { Frame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

/** Early copies as whoever gathers sees them. */
export interface EarlySender extends EarlyCopies {
  readonly onSeen: (host: ResolvedHost, facts: HostFacts) => void;
  readonly onBuilt: (closure: BuiltClosure) => void;
  /** What has not begun does not begin any more for hosts that the plan leaves alone. */
  readonly onPlan: (plan: Plan) => void;
  /**
   * How the host's closure differs from what it has, as it was before any of it travelled: a plan says the same with and
   * without early copies. Undefined where that was not asked.
   */
  difference(host: HostName): Promise<Result<ClosureDifference> | undefined>;
}

export interface EarlySending {
  /** Hosts that a window keeps back as of now. */
  readonly waiting: ReadonlySet<string>;
  /** Hosts at once, when that was typed. */
  readonly maxParallel?: number;
  /** Aborts when the run no longer owns its hosts. */
  readonly lost: AbortSignal;
}

/** They share this machine with the builds. */
const COPIES_AT_ONCE = 4;

/** A closure, and the host that it is for as it was seen. */
interface Meeting {
  readonly host: ResolvedHost;
  readonly facts: HostFacts;
  readonly closure: BuiltClosure;
}

/** What was found out about a host before its closure is sent. */
interface Compared {
  readonly session: HostSession;
  readonly difference: Result<ClosureDifference>;
}

export function sendEarly({ waiting, maxParallel, lost }: EarlySending, frame: Frame, tools: Tools): EarlySender {
  const ended = new AbortController();
  const signal = AbortSignal.any([tools.interruption.draining, lost, ended.signal]);
  const comparing = pLimit(PROBES_AT_ONCE);
  const sending = pLimit(Math.min(COPIES_AT_ONCE, maxParallel ?? COPIES_AT_ONCE));
  const seen = new Map<HostName, Pick<Meeting, "host" | "facts">>();
  const built = new Map<HostName, BuiltClosure>();
  const compared = new Map<HostName, Promise<Compared | undefined>>();
  const copies = new Map<HostName, Promise<CopyOutcome | undefined>>();
  const begun = new Set<HostName>();
  const takenOver = new Set<HostName>();
  const leftAlone = new Set<string>();
  const meet = (name: HostName): void => {
    const [observed, closure] = [seen.get(name), built.get(name)];
    if (observed === undefined || closure === undefined || copies.has(name)) return;
    const meeting = { ...observed, closure };
    const comparison = comparing(() => compare(meeting, waiting, { frame, tools, signal }));
    const send = async (): Promise<CopyOutcome | undefined> => {
      const known = await comparison;
      if (known === undefined || !hasRoom(meeting.facts, known.difference)) return undefined;
      return sending(async () => {
        if (signal.aborted || takenOver.has(name) || leftAlone.has(name)) return undefined;
        begun.add(name);
        return copy(meeting, known.session, { frame, tools, signal });
      });
    };
    compared.set(name, comparison);
    copies.set(name, send());
  };
  return {
    onSeen(host, facts) {
      seen.set(host.name, { host, facts });
      meet(host.name);
    },
    onBuilt(closure) {
      built.set(closure.evaluated.host, closure);
      meet(closure.evaluated.host);
    },
    onPlan({ hosts }) {
      for (const { name, action } of hosts) if (action !== "change") leftAlone.add(name);
    },
    difference: async (host) => (await compared.get(host))?.difference,
    takeOver(host) {
      takenOver.add(host);
      // Whose turn has come does not queue up behind those whose turn has not.
      return (begun.has(host) ? copies.get(host) : undefined) ?? Promise.resolve(undefined);
    },
    async end() {
      if (ended.signal.aborted) return;
      ended.abort();
      // Also of a copy that was cut, something may have arrived.
      const isLeft = async (host: HostName): Promise<readonly HostName[]> => {
        const copied = await copies.get(host);
        return takenOver.has(host) || (copied !== undefined && travelled(copied) === 0) ? [] : [host];
      };
      await Promise.all(copies.values());
      const left = (await Promise.all([...begun].map(isLeft))).flat();
      if (left.length > 0) await frame.recorder.record(diagnosed(leftThere(left), "warn"));
    },
  };
}

interface Means {
  readonly frame: Frame;
  readonly tools: Tools;
  readonly signal: AbortSignal;
}

/** Undefined for a host that its plan is going to leave alone, or whose closure has to be looked at first. */
async function compare(
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
  if (store !== undefined && (await asksForSecrets(closure, tools))) return undefined;
  const session = await frame.fleet.session(host, signal);
  if (!session.ok) return undefined;
  const difference =
    facts.nixVersion.kind === "absent"
      ? err(failure("plan/nix-missing", "the host has no Nix"))
      : await differenceOfClosures(session.value, facts, desired, { builder: tools.builder, store, signal });
  return { session: session.value, difference };
}

/** What was built elsewhere is compared with this machine's evaluation, all hosts at once: later, and before it is sent. */
async function asksForSecrets({ evaluated, store }: BuiltClosure, { builder }: Tools): Promise<boolean> {
  if (store === undefined) return false;
  const described = (await builder.describe([evaluated], store)).get(evaluated.host);
  return described?.ok !== true || (described.value.manifest?.secrets.length ?? 0) > 0;
}

/** As the planner asks: of a closure whose size is not known, any room will do. */
const hasRoom = (facts: HostFacts, difference: Result<ClosureDifference>): boolean =>
  cannotReceive(facts, difference.ok ? difference.value.copy.bytes : undefined) === undefined;

/** Undefined where it failed; the copy in its turn tries again, and tells of it. */
async function copy(
  { host, closure: { evaluated, store } }: Meeting,
  session: HostSession,
  { frame, tools, signal }: Means,
): Promise<CopyOutcome | undefined> {
  const { recorder } = frame;
  const { builder, clock } = tools;
  const whole = evaluated.description?.outPath ?? evaluated.outPath;
  const startedAt = clock.now();
  await recorder.record(phaseStarted("copy", host.name, { early: true }));
  const signed = store === undefined ? await builder.sign([whole], signal) : undefined;
  const copied =
    signed?.ok === false
      ? signed
      : await sendClosure(
          {
            paths: [...new Set([evaluated.outPath, whole])],
            ...(store === undefined ? {} : { from: store }),
            substitutes: host.substituteOnDestination,
            signal,
          },
          { session, builder, recorder },
        );
  const end = { host: host.name, ms: clock.now() - startedAt, early: true } as const;
  await recorder.record(phaseEnded("copy", copied.ok ? end : { ...end, error: copied.error }));
  return copied.ok ? copied.value : undefined;
}

const leftThere = (hosts: readonly HostName[]) =>
  failure(
    "plan/copied-early",
    `${foldHosts(hosts)}: closures were sent while others were built, and nothing was made live`,
    {
      found: "store paths that nothing keeps",
      next: "nothing: the next apply finds them there, or the host's garbage collection takes them",
    },
  );
