/** A counted lock as airlock keeps it, so that Zincati's nodes and NixFleet draw from one budget. */
import { z } from "zod";
import { canonicalJson } from "../canonical-json.ts";

/** No field may be added: airlock drops what it does not know, and looks for holders by halving, so they are sorted. */
const semaphoreSchema = z.object({ total_slots: z.int().min(0), holders: z.array(z.string()).readonly() });
export type Semaphore = z.infer<typeof semaphoreSchema>;

export const freshSemaphore = (total: number): Semaphore => ({ total_slots: total, holders: [] });

/** Undefined for what is no semaphore. */
export function parseSemaphore(text: string): Semaphore | undefined {
  try {
    return semaphoreSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export const semaphoreText = ({ holders, total_slots }: Semaphore): string =>
  canonicalJson({ total_slots, holders: [...holders].sort(byBytes) });

export type Taking =
  | { readonly kind: "had-it" }
  | { readonly kind: "taken"; readonly next: Semaphore }
  | { readonly kind: "full" };

/**
 * @param max what this fleet's inventory allows; where the store says less, that counts
 * @param out hosts that are out of service: whether they hold a slot or not, each takes one
 */
export function takeSlot(semaphore: Semaphore, holder: string, max: number, out: readonly string[] = []): Taking {
  if (semaphore.holders.includes(holder)) return { kind: "had-it" };
  const missing = new Set([...semaphore.holders, ...out]);
  if (missing.size >= Math.min(max, semaphore.total_slots)) return { kind: "full" };
  return { kind: "taken", next: { ...semaphore, holders: [...semaphore.holders, holder].sort(byBytes) } };
}

/** Undefined when the holder has none. */
export function freeSlot(semaphore: Semaphore, holder: string): Semaphore | undefined {
  if (!semaphore.holders.includes(holder)) return undefined;
  return { ...semaphore, holders: semaphore.holders.filter((other) => other !== holder) };
}

/** Go sorts strings by their bytes. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** airlock's key for a group, escaped as Go's url.QueryEscape does. */
export const airlockKey = (group: string): string => `com.coreos.airlock/groups/${queryEscape(group)}/v1/semaphore`;

const queryEscape = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
