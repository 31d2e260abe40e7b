/** `nixfleet discover`: who answers on SSH ports, and whether the inventory knows them. Nobody is logged in to. */
import pLimit from "p-limit";
import { type FoundHost, foundHosts } from "../domain/discover/found.ts";
import type { Inventory } from "../domain/inventory/resolved.ts";
import type { Network } from "../ports/network.ts";

/** Most addresses of a network have nobody who would answer: waiting for many at once costs nothing. */
const LOOKED_AT_ONCE = 256;
const NAMES_AT_ONCE = 16;

export interface DiscoverRequest {
  readonly targets: readonly string[];
  readonly port: number;
  /** How long each address gets. */
  readonly timeoutMs: number;
  /** Undefined outside of a project. */
  readonly inventory: Inventory | undefined;
}

export async function discover(request: DiscoverRequest, network: Network, signal: AbortSignal): Promise<FoundHost[]> {
  const { targets, port, timeoutMs, inventory } = request;
  const looking = pLimit(LOOKED_AT_ONCE);
  const naming = pLimit(NAMES_AT_ONCE);
  const answers = await Promise.all(
    targets.map(async (target) => {
      const greeting = await looking(() => network.greeting(target, port, timeoutMs, signal));
      if (greeting === undefined) return [];
      return [{ target, greeting, name: (await naming(() => network.nameOf(target))) ?? null }];
    }),
  );
  return foundHosts(answers.flat(), inventory);
}
