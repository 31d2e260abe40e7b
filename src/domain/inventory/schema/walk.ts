/** Finds the schema that stands at a path, through wrappers, unions, records and lists. */
import { z } from "zod";
import type { Path } from "../document/located.ts";
import { expectedBy } from "./expectations.ts";

/** Names that may stand as keys at a path. */
export function knownKeys(schema: z.core.$ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((candidate) =>
    candidate instanceof z.core.$ZodObject ? Object.keys(candidate._zod.def.shape) : [],
  );
}

/** What a setting takes, in words. */
export function expectedAt(schema: z.core.$ZodType, path: Path): string | undefined {
  const parents =
    path.length === 0 ? [schema] : schemasAt(schema, path.slice(0, -1)).flatMap((it) => below(it, path.at(-1) ?? ""));
  for (const candidate of parents) {
    const expected = expectedOf(candidate);
    if (expected !== undefined) return expected;
  }
  return undefined;
}

/** The words of the outermost wrapper that has some; maps need none. */
export function expectedOf(schema: z.core.$ZodType): string | undefined {
  const own = expectedBy(schema);
  if (own !== undefined) return own;
  const inner = unwrapped(schema);
  if (inner !== undefined) return expectedOf(inner);
  if (schema instanceof z.core.$ZodObject || schema instanceof z.core.$ZodRecord) return "a map";
  if (schema instanceof z.core.$ZodUnion)
    return schema._zod.def.options.map(expectedOf).find((text) => text !== undefined);
  return undefined;
}

/** The schema inside an optional, a default, or in front of a transform. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault) return schema._zod.def.innerType;
  return schema instanceof z.core.$ZodPipe ? schema._zod.def.in : undefined;
}

/** The schemas that a value at this path may have to satisfy; several below a union. */
function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  let here = alternatives(schema);
  for (const step of path) here = here.flatMap((candidate) => below(candidate, step)).flatMap(alternatives);
  return here;
}

function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const inner = unwrapped(schema);
  if (inner !== undefined) return alternatives(inner);
  return schema instanceof z.core.$ZodUnion ? schema._zod.def.options.flatMap(alternatives) : [schema];
}

function below(schema: z.core.$ZodType, step: string | number): readonly z.core.$ZodType[] {
  if (schema instanceof z.core.$ZodObject) {
    const { shape } = schema._zod.def;
    const child = Object.hasOwn(shape, step) ? shape[step] : undefined;
    return child === undefined ? [] : [child];
  }
  if (schema instanceof z.core.$ZodRecord) return [schema._zod.def.valueType];
  return schema instanceof z.core.$ZodArray ? [schema._zod.def.element] : [];
}
