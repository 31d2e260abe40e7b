/** What a setting takes, in words: for error messages and for the reference. */
import { z } from "zod";

const expectations = z.registry<{ readonly expected: string }>();

/** Attaches the words to a schema. */
export function expecting<S extends z.ZodType>(expected: string, schema: S): S {
  expectations.add(schema, { expected });
  return schema;
}

export const expectedBy = (schema: z.core.$ZodType): string | undefined => expectations.get(schema)?.expected;

/** Runs a parser inside a schema; its complaint becomes the issue. */
export function parsedText<T>(
  expected: string,
  parse: (text: string) => T | undefined,
  complain: (text: string) => Complaint | undefined = () => undefined,
) {
  const schema = z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    const { why, ...params } = complain(text) ?? { why: "" };
    context.addIssue({ code: "custom", message: why, params });
    return z.NEVER;
  });
  return expecting(expected, schema);
}

export interface Complaint {
  /** A clause that says what is wrong; empty when what was expected says it all. */
  readonly why: string;
  readonly next?: string;
  readonly code?: "inventory/bad-window" | "inventory/bad-blackout";
}
