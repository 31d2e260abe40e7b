/** The JSON Schema of inventory files. */
import { z } from "zod";
import { expectedBy } from "./expectations.ts";
import { inventorySchema } from "./inventory-schema.ts";

/** Draft 2020-12. Describes what may be written; names that refer to each other, and files, are beyond it. */
export function inventoryJsonSchema(): object {
  const schema = z.toJSONSchema(inventorySchema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const expected = expectedBy(zodSchema);
      // Editors show the description: where there is none, say at least what is expected.
      if (expected !== undefined && jsonSchema.description === undefined) jsonSchema.description = expected;
    },
  });
  return { ...schema, title: "NixFleet inventory" };
}
