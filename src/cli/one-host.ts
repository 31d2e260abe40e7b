/** For commands that work with a single host. */
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Selection } from "../domain/selection/request.ts";

/** The one host that a pattern selects. Fails with `cli/one-host`. */
export function oneHost({ hosts }: Selection, pattern: string): Result<ResolvedHost> {
  const [first, ...others] = hosts;
  if (first !== undefined && others.length === 0) return ok(first.host);
  return err(
    failure("cli/one-host", `one host is wanted here, and ${pattern} means ${hosts.length}`, {
      next: `nixfleet hosts '${pattern}' lists them`,
    }),
  );
}
