/** A closure that another machine keeps may not ask for secrets that the fleet's own configuration does not give its host. */
import { canonicalJson } from "../domain/canonical-json.ts";
import type { HostName } from "../domain/ids.ts";
import { inventoryForNix } from "../domain/inventory/for-nix.ts";
import type { ManagedSecret } from "../domain/manifest/secrets.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { FleetSource } from "../ports/nix-builder.ts";
import type { Building } from "./build-closures.ts";
import type { PlacedClosure } from "./build-places.ts";

/** Compares with an evaluation on this machine, which is made only where such a closure has secrets at all. */
export async function onlyDeclaredSecrets(
  placed: ReadonlyMap<HostName, Result<PlacedClosure>>,
  source: FleetSource,
  { builder, inventory, signal }: Building,
): Promise<ReadonlyMap<HostName, Result<PlacedClosure>>> {
  const elsewhere = [...placed].filter(([, closure]) => closure.ok && closure.value.store !== undefined);
  const asking = elsewhere.filter(([, closure]) => closure.ok && (closure.value.manifest?.secrets.length ?? 0) > 0);
  const checked = new Map(placed);
  if (asking.length > 0) {
    const hosts = asking.map(([name]) => name);
    const declared = await builder.declaredSecrets({
      source,
      inventoryJson: inventoryForNix(inventory),
      hosts,
      signal,
    });
    for (const [name, closure] of asking) {
      if (!declared.ok) checked.set(name, err({ ...declared.error, host: name }));
      else checked.set(name, comparedWith(declared.value.get(name) ?? [], closure, name));
    }
  }
  for (const [name] of elsewhere) {
    const closure = checked.get(name);
    if (closure?.ok) await builder.keepManifest(closure.value);
  }
  return checked;
}

function comparedWith(
  declared: readonly ManagedSecret[],
  closure: Result<PlacedClosure>,
  host: HostName,
): Result<PlacedClosure> {
  if (!closure.ok) return closure;
  const allowed = new Map(declared.map(({ name, source }) => [name, canonicalJson(source)]));
  const foreign = closure.value.manifest?.secrets.find(
    ({ name, source }) => allowed.get(name) !== canonicalJson(source),
  );
  if (foreign === undefined) return closure;
  const what = `the closure asks for a secret that the configuration does not give ${host}`;
  return err(
    failure("nix/bad-manifest", what, {
      host,
      expected: `secrets as the fleet declares them for ${host}`,
      found: `${foreign.name} in ${closure.value.system}, which was not built on this machine`,
      next: "build it here (--build-on local), and look at the machine that built this one",
    }),
  );
}
