/** A resolved inventory as text for the cache, and back. */
import { createHash } from "node:crypto";
import type { Failure } from "../outcome/failure.ts";
import type { Inventory } from "./resolved.ts";

/** Raise it whenever the resolved form, or a rule that leads to it, changes: older entries are then not found. */
export const cacheFormat = 6;

export interface CachedInventory {
  readonly inventory: Inventory;
  readonly warnings: readonly Failure[];
  /** The files that were checked against, by digest: when they change the entry is void. */
  readonly filesDigest: string;
}

/** The key under which an inventory is cached: everything that decides the outcome, but the files of the fleet. */
export function cacheKey(inputs: readonly string[]): string {
  const digest = createHash("sha256").update(`nixfleet inventory ${cacheFormat}\n`);
  // The length before each input keeps ("ab", "c") apart from ("a", "bc").
  for (const input of inputs) digest.update(`${input.length}\n`).update(input);
  return digest.digest("hex");
}

/** Two lines: the digest of the second, and the entry as JSON. */
export function encodeCached({ inventory, warnings, filesDigest }: CachedInventory): string {
  const { groups, rollouts, tasks, ...rest } = inventory;
  const body = JSON.stringify({
    ...rest,
    groups: [...groups],
    rollouts: [...rollouts],
    tasks: [...tasks],
    warnings,
    filesDigest,
  });
  return `${digestOf(body)}\n${body}`;
}

/** Nothing when the text is damaged in any way. */
export function decodeCached(text: string): CachedInventory | undefined {
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (end === -1 || text.slice(0, end) !== digestOf(body)) return undefined;
  // The digest proves that encodeCached wrote it, with the same format number in the key.
  const { groups, rollouts, tasks, warnings, filesDigest, ...rest } = JSON.parse(body);
  const inventory: Inventory = { ...rest, groups: new Map(groups), rollouts: new Map(rollouts), tasks: new Map(tasks) };
  return { inventory, warnings, filesDigest };
}

const digestOf = (body: string): string => createHash("sha256").update(body).digest("hex");
