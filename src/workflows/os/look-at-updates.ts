/** Counts of pending updates for hosts that do not know theirs: for reports, without fetching anything. */
import type { HostName } from "../../domain/ids.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { HostFacts, OsFacts } from "../../domain/observation/facts.ts";
import { updatePolicy } from "../../domain/os-update/policy.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { Fleet } from "../../engine/fleet.ts";
import { askUpdates } from "./ask-updates.ts";

/** The same facts with the counts filled in, where they could be had. */
export async function withUpdateCounts(
  hosts: readonly ResolvedHost[],
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
  asking: { readonly fleet: Fleet; readonly signal: AbortSignal },
): Promise<ReadonlyMap<HostName, Result<HostFacts>>> {
  const unknown = hosts.flatMap((host) => {
    const facts = observed.get(host.name);
    if (facts?.ok !== true || host.base === "nixos" || facts.value.osUpdates?.updates !== undefined) return [];
    return [
      { host, facts: facts.value, policy: { ...updatePolicy(host, {}), phasing: "host" as const }, refresh: false },
    ];
  });
  const answers = await askUpdates(unknown, asking);
  return new Map(
    [...observed].map(([name, facts]) => {
      const answer = answers.get(name);
      if (!facts.ok || answer?.ok !== true) return [name, facts];
      const { summary, unattended, oldCode } = answer.value;
      const before: Omit<OsFacts, "updates" | "unattended" | "oldCode"> = facts.value.osUpdates ?? {
        last: null,
        rebootSince: null,
        openReboot: null,
      };
      return [name, ok({ ...facts.value, osUpdates: { ...before, updates: summary, unattended, oldCode } })];
    }),
  );
}
