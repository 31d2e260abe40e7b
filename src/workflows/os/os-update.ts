/** `nixfleet os-update` and `nixfleet reboot`: plan, show, confirm, execute. */
import type { Failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { type Consent, carryOut } from "../carry-out.ts";
import { exitCodeOfPlan, keepPlan } from "../plan.ts";
import { type Frame, inFrame, type Outcome } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import { underLeases } from "../under-leases.ts";
import { type OsRequest, type OsUpdateRequest, planOsUpdate, planReboot } from "./plan-os-update.ts";

export interface PlanOnly {
  /** Exit code 2 when changes are present. */
  readonly detailedExitCode: boolean;
  /** Writes the plan; absent when it is only shown. */
  readonly out?: { readonly file: string; readonly write: (text: string) => Promise<Result<void>> };
}

export const updateHosts = (request: OsUpdateRequest, consent: Consent, tools: Tools): Promise<Outcome> =>
  act("os-update", request, (frame) => planOsUpdate(request, frame, tools), consent, tools);

export const rebootHosts = (request: OsRequest, consent: Consent, tools: Tools): Promise<Outcome> =>
  act("reboot", request, (frame) => planReboot(request, frame, tools), consent, tools);

export const showUpdates = (request: OsUpdateRequest, only: PlanOnly, tools: Tools): Promise<Outcome> =>
  show("os-update", (frame) => planOsUpdate(request, frame, tools), only, tools);

export const showReboots = (request: OsRequest, only: PlanOnly, tools: Tools): Promise<Outcome> =>
  show("reboot", (frame) => planReboot(request, frame, tools), only, tools);

type Planning = (frame: Frame) => Promise<Result<Plan, readonly Failure[]>>;

const act = (
  verb: string,
  { hosts, inventory }: OsRequest,
  planning: Planning,
  consent: Consent,
  tools: Tools,
): Promise<Outcome> =>
  inFrame(verb, tools, true, (frame) =>
    underLeases({ hosts, inventory, verb }, frame, tools, async (ownership) => {
      const plan = await planning(frame);
      if (!plan.ok) return plan;
      tools.audience.plan(plan.value);
      // Hooks may run on hosts that are not part of the plan.
      return carryOut({ plan: plan.value, hosts: inventory.hosts, ownership, ...consent }, frame, tools);
    }),
  );

const show = (verb: string, planning: Planning, { detailedExitCode, out }: PlanOnly, tools: Tools): Promise<Outcome> =>
  inFrame(verb, tools, false, async (frame) => {
    const plan = await planning(frame);
    if (!plan.ok) return plan;
    if (out !== undefined) {
      const kept = await keepPlan(plan.value, out, tools);
      if (!kept.ok) return err([kept.error]);
    }
    tools.audience.plan(plan.value, out === undefined ? {} : { file: out.file });
    return ok(exitCodeOfPlan(plan.value, detailedExitCode));
  });
