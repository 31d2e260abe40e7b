/** Closures travel while others are still built, where the operator agreed beforehand to whatever the plan will be. */
import pLimit from "p-limit";
import type { ClosureDifference } from "../domain/closure/compare.ts";
import { foldHosts } from "../domain/fold-hosts.ts";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { diagnosed } from "../domain/outcome/event-bodies.ts";
import { failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { EarlyCopies } from "../engine/early-copies.ts";
import { travelled } from "../engine/send-closure.ts";
import type { CopyOutcome } from "../ports/nix-builder.ts";
import type { BuiltClosure } from "./build-places.ts";
import { type Compared, compareEarly, copyEarly, hasRoom, type Meeting } from "./early-copy.ts";
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

export function sendEarly({ waiting, maxParallel, lost }: EarlySending, frame: Frame, tools: Tools): EarlySender {
  const ended = new AbortController();
  const means = { frame, tools, signal: AbortSignal.any([tools.interruption.draining, lost, ended.signal]) };
  const comparing = pLimit(PROBES_AT_ONCE);
  const sending = pLimit(Math.min(COPIES_AT_ONCE, maxParallel ?? COPIES_AT_ONCE));
  const seen = new Map<HostName, Pick<Meeting, "host" | "facts">>();
  const built = new Map<HostName, BuiltClosure>();
  const compared = new Map<HostName, Promise<Compared | undefined>>();
  const copies = new Map<HostName, Promise<CopyOutcome | undefined>>();
  const begun = new Set<HostName>();
  const takenOver = new Set<HostName>();
  const leftAlone = new Set<string>();
  const copyInTurn = (meeting: Meeting, { session }: Compared) =>
    sending(async () => {
      const { name } = meeting.host;
      if (means.signal.aborted || takenOver.has(name) || leftAlone.has(name)) return undefined;
      begun.add(name);
      return copyEarly(meeting, session, means);
    });
  const meet = (name: HostName): void => {
    const [observed, closure] = [seen.get(name), built.get(name)];
    if (observed === undefined || closure === undefined || copies.has(name)) return;
    const meeting = { ...observed, closure };
    const comparison = comparing(() => compareEarly(meeting, waiting, means));
    compared.set(name, comparison);
    copies.set(
      name,
      comparison.then((known) =>
        known !== undefined && hasRoom(meeting, known) ? copyInTurn(meeting, known) : undefined,
      ),
    );
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
    async takeOver(host) {
      takenOver.add(host);
      // Whose turn has come does not queue up behind those whose turn has not.
      return begun.has(host) ? copies.get(host) : undefined;
    },
    async end() {
      if (ended.signal.aborted) return;
      ended.abort();
      await Promise.all(copies.values());
      const left = await leftOf(
        [...begun].filter((host) => !takenOver.has(host)),
        copies,
      );
      if (left.length > 0) await frame.recorder.record(diagnosed(leftThere(left), "warn"));
    },
  };
}

/** Hosts to which something was sent. Also of a copy that was cut, something may have arrived. */
async function leftOf(
  hosts: readonly HostName[],
  copies: ReadonlyMap<HostName, Promise<CopyOutcome | undefined>>,
): Promise<readonly HostName[]> {
  const outcomes = await Promise.all(hosts.map(async (host) => ({ host, copied: await copies.get(host) })));
  return outcomes.flatMap(({ host, copied }) => (copied !== undefined && travelled(copied) === 0 ? [] : [host]));
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
