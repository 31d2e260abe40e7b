/** Which hooks of the inventory become part of a host's plan. */
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostHooks } from "./hook-schema.ts";
import type { PlanHost } from "./plan.ts";

/** A host that nothing happens to has none. A reboot has its own around it, so only its failure is left to tell. */
export function withHooks(
  host: PlanHost,
  { preApply = [], postApply = [], onFailure = [] }: ResolvedHost["hooks"],
  around: "change" | "reboot",
): PlanHost {
  const hooks: HostHooks =
    around === "change" ? { preApply, postApply, onFailure } : { preApply: [], postApply: [], onFailure };
  const some = Object.values(hooks).some((list) => list.length > 0);
  return some && host.action === "change" ? { ...host, hooks } : host;
}
