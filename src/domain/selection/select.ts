/** Which hosts a command is for: flags narrow each other, values of one flag are alternatives, exclusion comes last. */
import type { HostName } from "../ids.ts";
import type { Inventory, ResolvedHost } from "../inventory/resolved.ts";
import type { Failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { evaluateLimit, type LimitScope } from "./evaluate-limit.ts";
import { filtersOf, type HostFilter } from "./filters.ts";
import { nothingSelected } from "./nothing-selected.ts";
import {
  type ExcludedHost,
  isUnrestricted,
  type SelectedHost,
  type Selection,
  type SelectionMaterial,
  type SelectionRequest,
} from "./request.ts";

/**
 * Selects hosts, in the order of the inventory, and says of each why. Fails with all mistakes of the request at once,
 * and when nothing is left.
 */
export function select(
  inventory: Inventory,
  request: SelectionRequest,
  material: SelectionMaterial,
): Result<Selection, readonly Failure[]> {
  const scope: LimitScope = { inventory, files: material.files, mistakes: [], warnings: [] };
  const filters = filtersOf(request, material, scope);
  const exclusions = request.exclude.map((text) => ({ text, hosts: evaluateLimit(text, scope) }));
  if (scope.mistakes.length > 0) return err(scope.mistakes);
  const matching = matchingHosts(inventory.hosts, filters);
  const excluded = excludedHosts(matching, exclusions);
  const gone = new Set(excluded.map(({ name }) => name));
  const hosts = matching.filter(({ host }) => !gone.has(host.name));
  if (hosts.length === 0) return err([nothingSelected(request, filters, matching.length, scope)]);
  return ok({ hosts, excluded, unrestricted: isUnrestricted(request), warnings: scope.warnings });
}

function matchingHosts(hosts: readonly ResolvedHost[], filters: readonly HostFilter[]): SelectedHost[] {
  return hosts.flatMap((host) => {
    const because: string[] = [];
    for (const filter of filters) {
      const reason = filter.reason(host);
      if (reason === undefined) return [];
      because.push(reason);
    }
    return [{ host, because: because.length === 0 ? ["all hosts"] : because }];
  });
}

function excludedHosts(
  matching: readonly SelectedHost[],
  exclusions: readonly { readonly text: string; readonly hosts: ReadonlySet<HostName> }[],
): ExcludedHost[] {
  return matching.flatMap(({ host }) => {
    const exclusion = exclusions.find(({ hosts }) => hosts.has(host.name));
    return exclusion === undefined ? [] : [{ name: host.name, because: `--exclude ${exclusion.text}` }];
  });
}
