/** The updates that hosts' policies ask for as part of an apply, and the counts that every plan shows. */
import type { HostName } from "../../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { isUpdateDue } from "../../domain/os-update/due.ts";
import { hostOs, rebootAfter } from "../../domain/os-update/host-os.ts";
import { kernelsInTheWay, updateObstacle } from "../../domain/os-update/obstacles.ts";
import { updatePolicy } from "../../domain/os-update/policy.ts";
import { USUAL_TIMERS } from "../../domain/os-update/reboot-step.ts";
import { updateSteps } from "../../domain/os-update/steps.ts";
import type { Result } from "../../domain/outcome/result.ts";
import type { OsStage } from "../../domain/plan/os-stage.ts";
import type { Observing } from "../observe-hosts.ts";
import { askUpdates } from "./ask-updates.ts";
import { lookAtBudgets } from "./look-at-budgets.ts";

/** Only for hosts of which an update is due. What stands in the way of one is a note: the rest of the apply goes on. */
export async function stageUpdates(
  hosts: readonly ResolvedHost[],
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
  inventory: Inventory,
  asking: Observing,
): Promise<ReadonlyMap<HostName, OsStage>> {
  const due = hosts.flatMap((host) => {
    const facts = observed.get(host.name);
    if (facts?.ok !== true || !isUpdateDue(host.osUpdates.ubuntu, facts.value)) return [];
    return [{ host, facts: facts.value, policy: updatePolicy(host, {}), refresh: true }];
  });
  const [answers, out] = await Promise.all([
    askUpdates(due, asking),
    lookAtBudgets(
      due.map(({ host }) => host),
      inventory,
      observed,
      asking,
    ),
  ]);
  const { blackouts } = inventory.fleet;
  const wish = { when: "if-needed", force: false, timers: USUAL_TIMERS, ignoreWindow: false, blackouts, out } as const;
  return new Map(
    due.flatMap(({ host, facts, policy }) => {
      const updates = answers.get(host.name);
      if (updates === undefined) return [];
      const trouble = updates.ok ? updateObstacle(updates.value, policy) : updates.error;
      const os = updates.ok ? hostOs(updates.value, policy, false) : nothing;
      const steps =
        updates.ok && trouble === undefined
          ? updateSteps(host, facts, os, policy, {
              wish,
              repairs: false,
              chosenAtMs: asking.clock.now(),
              kernels: kernelsInTheWay(updates.value, policy),
            })
          : [];
      const notes = trouble === undefined ? [] : [`the due OS update is left out: ${trouble.what}`];
      return [[host.name, { os, reboot: rebootAfter(facts, os), steps, notes }] as const];
    }),
  );
}

const nothing = { selection: "security", updates: [], keptBack: [], downloadBytes: 0 } as const;
