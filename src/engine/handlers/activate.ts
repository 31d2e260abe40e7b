/** Makes a closure live on the host, or un-manages it; the host commits or puts itself back. */
import type { ActivationDone } from "../../domain/host/activation.ts";
import { type ActivationRequest, activateCommand, type HostCommand, removeCommand } from "../../domain/host/verbs.ts";
import { parseGeneration, parseStorePath, type StorePath } from "../../domain/ids.ts";
import type { Base } from "../../domain/inventory/resolved.ts";
import { diagnosed, hostPrinted } from "../../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { DeployOrder } from "../../domain/trust/deploy-record.ts";
import { type ActivationWatch, runActivation } from "../activation.ts";
import { confirmActivation } from "../confirmation.ts";
import { recordFor } from "../deploy-record.ts";
import type { Looking } from "../health/look.ts";
import { createLineSplitter } from "../line-splitter.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

type ActivatingStep = Extract<Step, { kind: "activate" | "remove" }>;

export async function activate(step: ActivatingStep, context: StepContext): Promise<StepOutcome> {
  const { session, recorder, clock, interruption, activation } = context;
  const host = session.host.name;
  const lines = createLineSplitter();
  const print = (texts: readonly string[]): void => {
    for (const text of texts) void recorder.record(hostPrinted(host, "activate", "stdout", text));
  };
  const record = await recordFor(orderOf(step, session.host.base), context);
  if (!record.ok) return { kind: "failed", error: { ...record.error, host } };
  let confirming: Promise<Failure | undefined> | undefined;
  let unsigned: readonly StorePath[] = [];
  const command = commandFor(step, record.value, context);
  const watch: ActivationWatch = {
    run: activation,
    clock,
    detached: interruption.detached,
    onLog: (chunk) => {
      void recorder.hostLog(host, chunk);
      print(lines.push(chunk));
    },
    onReattach: ({ code, what }) => {
      const lost = failure(code, `${what}; the activation goes on there, connecting again`, { host });
      void recorder.record(diagnosed(lost, "warn"));
    },
    onAwaiting: (awaiting) => {
      const looking = context.goingBack === true ? NOTHING : whatHasToBeWell(step, context);
      confirming ??= confirmActivation({ run: activation, awaiting, ...looking }, context);
    },
    onUnsigned: (paths) => {
      unsigned = paths;
    },
  };
  let outcome = await runActivation(session, command, watch);
  if (unsigned.length > 0 && (await lendSignatures(unsigned, context)))
    outcome = await runActivation(session, command, watch);
  print(lines.rest());
  const obstacle = await confirming;
  if (outcome.kind === "unknown") return { kind: "unknown", error: { ...outcome.because, host } };
  if (!outcome.verdict.ok) return { kind: "failed", error: { ...told(outcome.verdict.error, obstacle), host } };
  const { waitsForBoot } = outcome.verdict.value;
  // What a boot is to try is rebooted by this plan.
  if (waitsForBoot.length > 0 && !tries(step))
    await recorder.record(diagnosed({ ...waiting(waitsForBoot), host }, "warn"));
  return { kind: "done", note: noteOf(outcome.verdict.value) };
}

/** Paths that the host had before, from a cache or a build of its own; they are refused for good where that helps nothing. */
async function lendSignatures(paths: readonly StorePath[], context: StepContext): Promise<boolean> {
  const { session, builder, interruption } = context;
  const socket = await session.daemonSocket();
  if (!socket.ok || socket.value.via === "direct") return false;
  const lent = await builder.lendSignatures({
    paths,
    socket: socket.value.localPath,
    signal: interruption.detached,
  });
  return lent.ok;
}

function orderOf(step: ActivatingStep, base: Base): DeployOrder {
  if (step.kind === "remove") return { what: "remove" };
  const { description = null, mode = "live" } = nixosOf(step, base).nixos ?? {};
  return { what: "activate", system: knownStorePath(step.system), description, mode };
}

/** A host that was sent back says little; why it was is known here. */
const NOTHING: Looking = { system: null, checks: [], before: undefined };

const whatHasToBeWell = (step: ActivatingStep, { before }: StepContext): Looking => ({
  system: step.kind === "remove" ? null : knownStorePath(step.system),
  checks: step.checks ?? [],
  before,
});

function told(verdict: Failure, obstacle: Failure | undefined): Failure {
  if (obstacle === undefined) return verdict;
  if (verdict.code !== "host/rolled-back") return { ...verdict, cause: obstacle };
  const { expected: _expected, found: _found, detail: _detail, ...rest } = verdict;
  if (obstacle.code === "host/unhealthy")
    return { ...rest, what: `not healthy after the change: ${obstacle.found ?? ""}` };
  return { ...rest, what: `went back to what it ran before, since ${obstacle.what}`, cause: obstacle };
}

function commandFor(
  step: ActivatingStep,
  record: Pick<ActivationRequest, "record">,
  { session, activation, operator, revision }: StepContext,
): HostCommand {
  const request: ActivationRequest = {
    run: activation,
    expected: { live: storePathOrNull(step.expect.system), generation: knownGeneration(step.expect.generation) },
    owner: operator,
    revision,
    confirmSeconds: Math.ceil(step.confirmMs / 1000),
    ...nixosOf(step, session.host.base),
    ...record,
  };
  return step.kind === "remove" ? removeCommand(request) : activateCommand(knownStorePath(step.system), request);
}

function nixosOf(step: ActivatingStep, base: Base): Pick<ActivationRequest, "nixos"> {
  if (step.kind === "remove" || base !== "nixos") return {};
  return { nixos: { description: storePathOrNull(step.description ?? null), mode: step.mode ?? "live" } };
}

const tries = (step: ActivatingStep): boolean => step.kind === "activate" && step.mode === "once";

const waiting = (reasons: readonly string[]): Failure =>
  failure("host/waits-for-boot", `the new system is committed, and runs after the next boot: ${reasons.join(", ")}`, {
    next: "nixfleet reboot brings it",
  });

function noteOf(done: ActivationDone): string {
  const kept = done.edited.length > 0 ? `; edited files kept in ${done.editedFolder ?? "the host's state folder"}` : "";
  return `generation ${done.generation}${kept}`;
}

const storePathOrNull = (text: string | null): StorePath | null => (text === null ? null : knownStorePath(text));

function knownStorePath(text: string): StorePath {
  const path = parseStorePath(text);
  if (path === undefined) throw new Error(`a plan that passed its check names the store path ${text}`);
  return path;
}

function knownGeneration(number: number) {
  const generation = parseGeneration(number);
  if (generation === undefined) throw new Error(`a plan that passed its check names the generation ${number}`);
  return generation;
}
