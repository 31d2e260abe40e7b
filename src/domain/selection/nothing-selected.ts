/** Says why a selection came out empty. */
import { type Failure, failure } from "../outcome/failure.ts";
import type { LimitScope } from "./evaluate-limit.ts";
import type { HostFilter } from "./filters.ts";
import type { SelectionRequest } from "./request.ts";

/** `beforeExclusion` counts the hosts that passed all filters. */
export function nothingSelected(
  request: SelectionRequest,
  filters: readonly HostFilter[],
  beforeExclusion: number,
  { inventory, warnings }: LimitScope,
): Failure {
  const total = inventory.hosts.length;
  if (beforeExclusion > 0) {
    return failure("inventory/nothing-selected", "no host is left: --exclude takes out every host that was selected", {
      found: `${counted(beforeExclusion)} selected, all excluded by ${request.exclude.join(" ")}`,
      next: "narrow --exclude",
    });
  }
  const counts = filters.map((filter) => {
    const matching = inventory.hosts.filter((host) => filter.reason(host) !== undefined).length;
    return `${filter.text} matches ${matching}`;
  });
  const [hint] = warnings;
  return failure("inventory/nothing-selected", "no host is selected", {
    found: `of ${counted(total)}, ${counts.join("; ")}`,
    next:
      hint === undefined
        ? "loosen the flags: they narrow each other"
        : (hint.next ?? "nixfleet inventory list shows all hosts"),
  });
}

const counted = (count: number): string => `${count} ${count === 1 ? "host" : "hosts"}`;
