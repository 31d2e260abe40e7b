/** `/var/lib/nixfleet/state.json`, as far as the CLI reads it. */
import { z } from "zod";
import type { HostState } from "../observation/facts.ts";

const stateSchema = z.object({
  format: z.literal(1),
  system: z.string().nullable(),
  generation: z.int().min(0),
  manifestSha256: z.string(),
  appliedAt: z.string(),
  appliedBy: z.string(),
  revision: z.string().nullable(),
  previous: z.string().nullable().optional(),
  run: z.string(),
});

/** Undefined for anything that is not state of format 1. */
export function parseHostState(text: string): HostState | undefined {
  const parsed = stateSchema.safeParse(jsonOrUndefined(text));
  return parsed.success ? parsed.data : undefined;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
