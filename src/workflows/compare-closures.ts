/** What a change means for the host's store: asked of both sides, and only of hosts that are to change. */
import { type ClosureDifference, type ClosurePath, compareClosures } from "../domain/closure/compare.ts";
import { type HostClosure, parseHostClosure } from "../domain/host/closure.ts";
import { closureCommand } from "../domain/host/verbs.ts";
import { parseStorePath, type StorePath } from "../domain/ids.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { DesiredHost } from "../domain/plan/host-input.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import { askRecords } from "../engine/ask-records.ts";
import type { HostSession } from "../engine/session.ts";
import type { NixBuilder, OtherStore } from "../ports/nix-builder.ts";

const CLOSURE_TIMEOUT_MS = 120_000;

export interface ComparisonTools {
  readonly builder: NixBuilder;
  /** Where the desired closure lies, when that is not this machine's store. */
  readonly store: OtherStore | undefined;
  readonly signal: AbortSignal;
}

type ClosureOfHost = Extract<DesiredHost, { kind: "closure" }>;

export async function differenceOfClosures(
  session: HostSession,
  facts: HostFacts,
  desired: ClosureOfHost,
  tools: ComparisonTools,
): Promise<Result<ClosureDifference>> {
  const { signal } = tools;
  const next = await nextClosure(session, desired, tools);
  if (!next.ok) return next;
  const live = liveSystem(facts);
  const there = await askHost(
    session,
    live,
    next.value.flatMap(({ path }) => parseStorePath(path) ?? []),
    signal,
  );
  if (!there.ok) return there;
  return ok(compareClosures(live === null ? null : there.value.paths, next.value, there.value.missing));
}

/** A generation that lies on the host need not be in this machine's store. */
async function nextClosure(
  session: HostSession,
  { system, description, present }: ClosureOfHost,
  { builder, store, signal }: ComparisonTools,
): Promise<Result<readonly ClosurePath[]>> {
  if (present !== true) return builder.closure(description ?? system, signal, store);
  const there = await askHost(session, system, [], signal);
  return there.ok ? ok(there.value.paths) : there;
}

async function askHost(
  session: HostSession,
  system: StorePath | null,
  wanted: readonly StorePath[],
  signal: AbortSignal,
): Promise<Result<HostClosure>> {
  const records = await askRecords(session, closureCommand(system, wanted), { timeoutMs: CLOSURE_TIMEOUT_MS, signal });
  if (!records.ok) return records;
  const closure = parseHostClosure(records.value);
  return closure.ok ? closure : err({ ...closure.error, host: session.host.name });
}
