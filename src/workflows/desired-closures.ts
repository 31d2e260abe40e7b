/** From built closures to what the planner wants to know of them. */
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { DesiredHost } from "../domain/plan/host-input.ts";
import type { OtherStore } from "../ports/nix-builder.ts";
import type { Closures } from "./build-closures.ts";
import type { PlacedClosure } from "./build-places.ts";

/** What each host is to run, or why that is not known. */
export const desiredHosts = (
  hosts: readonly ResolvedHost[],
  closures: Pick<Closures, "hosts">,
): ReadonlyMap<HostName, Result<DesiredHost>> =>
  new Map(hosts.map((host) => [host.name, desiredOf(host, closures.hosts.get(host.name))]));

function desiredOf(host: ResolvedHost, built: Result<PlacedClosure> | undefined): Result<DesiredHost> {
  if (built === undefined) throw new Error(`nothing was built for ${host.name}`);
  if (!built.ok) return err(built.error);
  const { system, manifest, description, build, source } = built.value;
  return ok({
    kind: "closure",
    system,
    manifest,
    build,
    ...(description === undefined ? {} : { description }),
    ...(source === undefined ? {} : { source }),
    ...(host.substituteOnDestination ? { substitutes: true } : {}),
  });
}

/** Of the hosts whose closure is not in this machine's store. */
export const storesOf = ({ hosts }: Pick<Closures, "hosts">): ReadonlyMap<HostName, OtherStore> =>
  new Map(
    [...hosts].flatMap(([name, closure]) =>
      closure.ok && closure.value.store !== undefined ? [[name, closure.value.store] as const] : [],
    ),
  );
