/** Closures that the fleet's cache has already: CI built them, and nobody has to do it again. */
import type { HostName } from "../domain/ids.ts";
import { shownStoreUrl } from "../domain/nix/store-url.ts";
import { diagnosed } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { ok, type Result } from "../domain/outcome/result.ts";
import type { EvaluatedHost } from "../ports/nix-builder.ts";
import type { Building } from "./build-closures.ts";
import type { PlacedClosure } from "./build-places.ts";

/** Hosts whose closure is neither in the cache nor needed from it are left out. A cache in trouble is told, and does without. */
export async function closuresInCache(
  evaluated: readonly EvaluatedHost[],
  { builder, inventory, recorder, signal }: Building,
): Promise<readonly (readonly [HostName, Result<PlacedClosure>])[]> {
  const url = inventory.fleet.cache;
  if (url === undefined || evaluated.length === 0) return [];
  const paths = evaluated.map(wholePath);
  const here = await builder.present(paths, signal);
  const wanted = evaluated.filter((host) => !here.ok || !here.value.has(wholePath(host)));
  const there = await builder.present(wanted.map(wholePath), signal, { kind: "cache" });
  if (!there.ok) {
    await recorder.record(diagnosed(withoutCache(url, there.error), "warn"));
    return [];
  }
  const cached = wanted.filter((host) => there.value.has(wholePath(host)));
  const described = await builder.describe(cached, { kind: "cache" });
  const placed: (readonly [HostName, Result<PlacedClosure>])[] = [];
  for (const [name, closure] of described) {
    if (closure.ok) {
      const build = { where: "cache", on: shownStoreUrl(url), passedOver: [] } as const;
      placed.push([name, ok({ ...closure.value, build, source: { kind: "cache" }, store: { kind: "cache" } })]);
    } else {
      await recorder.record(diagnosed(withoutCache(url, closure.error), "warn"));
    }
  }
  return placed;
}

/** A description has the system that it describes in its closure. */
const wholePath = ({ outPath, description }: EvaluatedHost) => description?.outPath ?? outPath;

const withoutCache = (url: string, { what, detail, host }: Failure): Failure =>
  failure("nix/cache-passed-over", `the fleet's cache is not used: ${what}`, {
    found: shownStoreUrl(url),
    ...(host === undefined ? {} : { host }),
    ...(detail === undefined ? {} : { detail }),
  });
