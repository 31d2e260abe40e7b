/** `nixfleet plan`: gather, decide, show, and write it down when asked. Changes nothing on any host. */
import { parseStorePath, type StorePath } from "../domain/ids.ts";
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from "../domain/outcome/exit-codes.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { encodePlan } from "../domain/plan/codec.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { type ApplyRequest, planApply } from "./plan-apply.ts";
import { type Frame, inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface PlanRequest extends ApplyRequest {
  /** Exit code 2 when changes are present. */
  readonly detailedExitCode: boolean;
  /** Writes the plan; absent when it is only shown. */
  readonly out?: { readonly file: string; readonly write: (text: string) => Promise<Result<void>> };
}

export const planFleet = (request: PlanRequest, tools: Tools): Promise<Outcome> =>
  inFrame("plan", tools, false, (frame) => planAndShow(request, frame, tools));

async function planAndShow(request: PlanRequest, frame: Frame, tools: Tools): Promise<Outcome> {
  const plan = await planApply(request, frame, tools);
  if (!plan.ok) return plan;
  const { out } = request;
  if (out !== undefined) {
    const kept = await keepPlan(plan.value, out, tools);
    if (!kept.ok) return err([kept.error]);
  }
  tools.audience.plan(plan.value, out === undefined ? {} : { file: out.file });
  return ok(exitCodeOfPlan(plan.value, request.detailedExitCode));
}

/** A saved plan's closures must not be collected before it is applied. */
export async function keepPlan(
  plan: Plan,
  out: NonNullable<PlanRequest["out"]>,
  { builder, interruption }: Tools,
): Promise<Result<void>> {
  const rooted = await builder.addRoot(
    planRoot(plan),
    [...systemsOf(plan), ...derivationsOf(plan)],
    interruption.draining,
  );
  return rooted.ok ? out.write(encodePlan(plan)) : rooted;
}

/** The name that keeps a saved plan's closures alive until the plan is carried out. */
export const planRoot = ({ id }: Plan): string => `plan-${id.slice(0, 16)}`;

/** The closures that the plan activates and that lie in this machine's store, with what describes them, each once. */
export function systemsOf(plan: Plan): readonly StorePath[] {
  const changing = plan.hosts.filter(
    ({ action, build, steps }) =>
      action === "change" && (build?.where ?? "here") === "here" && steps.some(({ kind }) => kind === "activate"),
  );
  const described = changing.flatMap(({ steps }) =>
    steps.map((step) => ("description" in step ? step.description : "")),
  );
  return storePaths([...changing.map((host) => host.to?.system), ...described]);
}

/** What builds the others again, should they be gone when the plan is carried out. */
const derivationsOf = (plan: Plan): readonly StorePath[] =>
  storePaths(
    plan.hosts.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === "copy" && step.source?.kind === "host" ? step.source.derivations : [])),
    ),
  );

const storePaths = (texts: readonly (string | null | undefined)[]): readonly StorePath[] => [
  ...new Set(texts.map((text) => parseStorePath(text ?? "")).filter((path) => path !== undefined)),
];

/** Trouble of single hosts counts, as it would when the plan were applied. */
export function exitCodeOfPlan(plan: Plan, detailed: boolean): ExitCode {
  const troubles = plan.hosts.flatMap(({ action, code }): ExitCode[] => {
    if (action === "none" || action === "change") return [];
    const entry = Object.entries(failureCodes).find(([known]) => known === code)?.[1];
    return [entry === undefined ? exitCodes.failed : exitCodeOf(entry.kind)];
  });
  return worstExitCode([...troubles, ...(detailed && plan.summary.change > 0 ? [exitCodes.changesPresent] : [])]);
}
