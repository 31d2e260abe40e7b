/**
 * Starts an activation on the host and stays with it to its verdict. The activation is a unit of its own there, so a lost
 * connection loses nothing: we come back and read its log on from where we were.
 */
import { type ActivationDone, judgeActivation } from "../domain/host/activation.ts";
import { type Awaiting, awaitingIn } from "../domain/host/awaiting.ts";
import { type HostRecord, textOf } from "../domain/host/protocol.ts";
import type { HostAnswer } from "../domain/host/records.ts";
import { followCommand, type HostCommand } from "../domain/host/verbs.ts";
import { type ActivationId, parseStorePath, type StorePath } from "../domain/ids.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { HostSession } from "./session.ts";

/** Stopping and starting slow services takes minutes; an activation that takes longer is in trouble. */
const ACTIVATION_TIMEOUT_MS = 30 * 60_000;
/** How long a host may stay away before we say that we do not know what became of it. */
const REATTACH_WITHIN_MS = 5 * 60_000;
const REATTACH_PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

export type ActivationOutcome =
  | { readonly kind: "verdict"; readonly verdict: Result<ActivationDone> }
  /** Nobody knows: the operator detached, or the host did not come back. */
  | { readonly kind: "unknown"; readonly because: Failure };

export interface ActivationWatch {
  readonly run: ActivationId;
  readonly clock: Clock;
  /** Aborts when the operator detaches. */
  readonly detached: AbortSignal;
  readonly onLog: (chunk: Uint8Array) => void;
  readonly onReattach: (because: Failure) => void;
  /** Paths of the closure that a restricted host finds unsigned, which is why it refuses. */
  readonly onUnsigned: (paths: readonly StorePath[]) => void;
  /** The closure is live and waits to be confirmed. Told at most once for each token. */
  readonly onAwaiting: (awaiting: Awaiting) => void;
}

export async function runActivation(
  session: HostSession,
  start: HostCommand,
  watch: ActivationWatch,
): Promise<ActivationOutcome> {
  let logOffset = 0;
  let awaited: string | undefined;
  const onRecord = (record: HostRecord): void => {
    const awaiting = awaitingIn(record);
    if (awaiting !== undefined && awaiting.token !== awaited) {
      awaited = awaiting.token;
      watch.onAwaiting(awaiting);
    }
    if (record.name === "unsigned") watch.onUnsigned(textOf(record).split("\n").flatMap(storePathIn));
    if (record.name !== "log") return;
    logOffset += record.value.byteLength;
    watch.onLog(record.value);
  };
  const ask = (command: HostCommand) =>
    session.ask(command, { timeoutMs: ACTIVATION_TIMEOUT_MS, signal: watch.detached, onRecord });
  let answer = await ask(start);
  while (!answer.ok) {
    if (watch.detached.aborted || !isLoss(answer.error)) return outcomeOf(answer);
    watch.onReattach(answer.error);
    const back = await reattach(session, watch);
    if (!back.ok) return { kind: "unknown", because: back.error };
    answer = await ask(followCommand(watch.run, logOffset));
  }
  return outcomeOf(answer);
}

function storePathIn(text: string): readonly StorePath[] {
  const path = parseStorePath(text);
  return path === undefined ? [] : [path];
}

/** Whether the connection is what failed, so that the activation may be going on. */
export const isLoss = (error: Failure): boolean => LOSSES.has(error.code);
const LOSSES: ReadonlySet<string> = new Set<Failure["code"]>([
  "host/cut-off",
  "transport/lost",
  "transport/killed",
  "transport/aborted",
  "transport/command-timeout",
  "transport/channel-refused",
]);

function outcomeOf(answer: Result<HostAnswer>): ActivationOutcome {
  if (answer.ok) return { kind: "verdict", verdict: judgeActivation(answer.value.records, answer.value.code) };
  return isLoss(answer.error) ? { kind: "unknown", because: answer.error } : { kind: "verdict", verdict: answer };
}

/** Connects anew, for as long as the host may come back. */
export async function reattach(
  session: HostSession,
  { clock, detached }: Pick<ActivationWatch, "clock" | "detached">,
): Promise<Result<void>> {
  const deadline = clock.now() + REATTACH_WITHIN_MS;
  for (let attempt = 0; ; attempt += 1) {
    await clock.sleep(REATTACH_PAUSES_MS[attempt] ?? 15_000, detached);
    const connected = await session.reconnect(detached);
    if (connected.ok || detached.aborted || clock.now() > deadline) return connected;
    if (!mayComeBack(connected.error)) return err(connected.error);
  }
}

/** A wrong host key does not become right by waiting, and repeated authentication gets one banned. */
export const mayComeBack = (error: Failure): boolean =>
  error.code !== "transport/authentication" && !error.code.startsWith("transport/host-key");
