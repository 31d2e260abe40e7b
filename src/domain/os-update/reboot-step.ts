/** The step that reboots a host, as its inventory and the operator want it. */
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { Step } from "../plan/plan.ts";
import { expectationOf } from "../plan/steps.ts";
import { owedSince } from "../reboot/debt.ts";
import type { OutOfService } from "./out-of-service.ts";

type RebootStep = Extract<Step, { kind: "reboot" }>;

/** How long the parts of a reboot may take. Virtual machines are back within a minute, servers take up to half an hour. */
export interface RebootTimers {
  /** Waiting for what the host is at. */
  readonly busyMs: number;
  /** Waiting for a slot of the budget. */
  readonly slotMs: number;
  readonly downMs: number;
  readonly upMs: number;
  readonly soakMs: number;
  /** Of the whole, hooks included: what has to be left of a window. */
  readonly estimateMs: number;
}

export const USUAL_TIMERS: RebootTimers = {
  busyMs: 10 * 60_000,
  slotMs: 60 * 60_000,
  downMs: 3 * 60_000,
  upMs: 10 * 60_000,
  soakMs: 10_000,
  estimateMs: 15 * 60_000,
};

export interface RebootWish {
  readonly when: RebootStep["when"];
  readonly force: boolean;
  readonly timers: RebootTimers;
  /** At once, whatever the windows say. */
  readonly ignoreWindow: boolean;
  /** The fleet's: they win over windows. */
  readonly blackouts: readonly string[];
  /** Hosts that take slots of their budgets away, since they are down already. */
  readonly out: OutOfService;
}

export function rebootStep(
  host: ResolvedHost,
  facts: HostFacts,
  needs: readonly string[],
  { when, force, timers, ignoreWindow, blackouts, out }: RebootWish,
): RebootStep {
  const owed = owedSince(facts);
  const settings = host.osUpdates.ubuntu ?? host.osUpdates.nixos;
  return {
    id: `${host.name}/reboot`,
    kind: "reboot",
    needs,
    expect: { ...expectationOf(facts), bootId: facts.bootId },
    when,
    ...(owed === null ? {} : { owedSince: owed }),
    force,
    window: ignoreWindow ? [] : [...(settings?.rebootWindow ?? [])],
    blackouts: ignoreWindow ? [] : [...blackouts],
    budgets: host.rebootBudgets.map(({ group, max }) => {
      const missing = (out.get(group) ?? []).filter((name) => name !== host.name);
      return { group, max, ...(missing.length === 0 ? {} : { out: missing }) };
    }),
    ...(settings?.waitForUsersMs === undefined ? {} : { usersMs: settings.waitForUsersMs }),
    hooks: { before: [...(host.hooks.preReboot ?? [])], after: [...(host.hooks.postReboot ?? [])] },
    ...timers,
    reversible: false,
  };
}
