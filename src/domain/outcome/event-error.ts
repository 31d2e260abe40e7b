/** A failure as it stands in plans, events and journals: plain data that outlives its run. */
import { z } from "zod";
import type { Failure } from "./failure.ts";

export const eventErrorSchema = z.object({
  code: z.string(),
  what: z.string(),
  expected: z.string().optional(),
  found: z.string().optional(),
  next: z.string().optional(),
  detail: z.string().optional(),
  at: z.object({ file: z.string(), line: z.int(), column: z.int(), excerpt: z.string().optional() }).optional(),
  /** The failure behind this one, as "what (code)". */
  because: z.string().optional(),
});

export type EventError = z.infer<typeof eventErrorSchema>;

/** The failure without its host, which plans and events name beside it. */
export function eventErrorOf(failure: Failure): EventError {
  const { host: _host, cause, at, ...rest } = failure;
  const because = cause === undefined ? undefined : causeWords(cause);
  return {
    ...rest,
    ...(at === undefined ? {} : { at: { ...at } }),
    ...(because === undefined ? {} : { because }),
  };
}

const causeWords = ({ what, found, code }: Failure): string =>
  `${what}${found === undefined ? "" : `: ${found}`} (${code})`;
