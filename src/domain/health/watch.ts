/**
 * Judges checks by their answers over time. Pure: it is told answers with the time at which they came, and says whether the
 * host is healthy, which check has failed for good, and which checks are to be asked next and when.
 */
import { type Pace, type PlannedCheck, USUAL_PACE } from "./check.ts";

export interface Answer {
  readonly name: string;
  /** What is wrong; undefined when the check passes. */
  readonly trouble: string | undefined;
}

export interface Watch {
  readonly startedMs: number;
  readonly paces: ReadonlyMap<string, Pace>;
  readonly checks: ReadonlyMap<string, Progress>;
}

interface Progress {
  readonly askedMs: number;
  /** Since when it passes without a break; null while it does not. */
  readonly passingSinceMs: number | null;
  /** In a row. */
  readonly failures: number;
  readonly trouble: string | undefined;
}

export const beginWatch = (checks: readonly (Pace & { readonly name: string })[], startedMs: number): Watch => ({
  startedMs,
  paces: new Map(checks.map((check) => [check.name, check])),
  checks: new Map(),
});

/** Takes the answers of one look. */
export function noteAnswers(watch: Watch, answers: readonly Answer[], nowMs: number): Watch {
  const checks = new Map(watch.checks);
  for (const { name, trouble } of answers) {
    const before = checks.get(name);
    checks.set(name, {
      askedMs: nowMs,
      trouble,
      passingSinceMs: trouble === undefined ? (before?.passingSinceMs ?? nowMs) : null,
      failures: trouble === undefined ? 0 : (before?.failures ?? 0) + 1,
    });
  }
  return { ...watch, checks };
}

export type Verdict =
  | { readonly kind: "healthy" }
  /** No further try would help; why, in words. */
  | { readonly kind: "failed"; readonly because: string }
  /** What is wrong, or not proven yet; what to ask at `nextMs` and not before. */
  | { readonly kind: "waiting"; readonly because: string; readonly nextMs: number };

export function judge(watch: Watch, nowMs: number): Verdict {
  const all = [...watch.checks].map(([name, progress]) => ({ name, progress, pace: paceOf(watch, name) }));
  const lost = all.filter(({ progress, pace }) => isLost(watch, progress, pace, nowMs));
  if (lost.length > 0) return { kind: "failed", because: lost.map(words).join("; ") };
  const open = all.filter(({ progress, pace }) => !isProven(progress, pace));
  if (open.length === 0) return { kind: "healthy" };
  const unwell = open.filter(({ progress }) => progress.trouble !== undefined);
  const because = (unwell.length > 0 ? unwell : open).map(words).join("; ");
  return { kind: "waiting", because, nextMs: Math.min(...open.map(({ progress, pace }) => nextAskMs(progress, pace))) };
}

/** The checks to be asked at this time: what passed is asked on, since good news has to hold until all is well. */
export const dueChecks = (watch: Watch, nowMs: number): string[] =>
  [...watch.checks].flatMap(([name, progress]) => (nextAskMs(progress, paceOf(watch, name)) <= nowMs ? [name] : []));

/** What passes is asked again when it would be proven, if that is before its turn. */
function nextAskMs({ askedMs, passingSinceMs }: Progress, { intervalMs, minHealthyMs }: Pace): number {
  const open = passingSinceMs === null ? 0 : passingSinceMs + minHealthyMs - askedMs;
  return askedMs + (open > 0 ? Math.min(intervalMs, open) : intervalMs);
}

function isLost({ startedMs }: Watch, { trouble, failures }: Progress, pace: Pace, nowMs: number): boolean {
  if (trouble === undefined) return false;
  const late = pace.deadlineMs !== null && nowMs - startedMs >= pace.deadlineMs;
  return late || (pace.retries !== null && failures > pace.retries);
}

const isProven = ({ passingSinceMs, askedMs }: Progress, { minHealthyMs }: Pace): boolean =>
  passingSinceMs !== null && askedMs - passingSinceMs >= minHealthyMs;

interface Open {
  readonly name: string;
  readonly progress: Progress;
  readonly pace: Pace;
}

function words({ name, progress, pace }: Open): string {
  const { trouble, failures, passingSinceMs, askedMs } = progress;
  if (trouble !== undefined) return `${name}: ${trouble}${failures > 1 ? ` (${failures} times)` : ""}`;
  const passed = Math.floor((askedMs - (passingSinceMs ?? askedMs)) / 1000);
  return `${name}: well for ${passed} s of ${pace.minHealthyMs / 1000} s`;
}

/** A closure of an earlier time has checks that the plan does not know. */
const paceOf = ({ paces }: Watch, name: string): Pace => paces.get(name) ?? USUAL_PACE;

/** What a host that soaks is asked: whether it is well now, with a second try for what may be chance. */
export const soaking = (checks: readonly PlannedCheck[], retries: number): (Pace & { readonly name: string })[] =>
  checks.map(({ name, intervalMs, retries: own }) => ({
    name,
    intervalMs,
    minHealthyMs: 0,
    deadlineMs: null,
    retries: own ?? retries,
  }));
