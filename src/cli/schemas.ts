/** The published schemas by name, as JSON Schema (draft 2020-12). */

export const schemaNames = ["plan", "events", "status", "inventory"] as const;
export type SchemaName = (typeof schemaNames)[number];

/** Loads only the schema that was asked for. */
export async function schemaOf(name: SchemaName): Promise<object> {
  if (name === "inventory") {
    return (await import("../domain/inventory/schema/json-schema.ts")).inventoryJsonSchema();
  }
  const { z } = await import("zod");
  // What nixfleet writes: readers must let fields through that a later version adds.
  return { ...z.toJSONSchema(await outputSchema(name), { io: "input" }), title: titles[name] };
}

const titles = { plan: "nixfleet.plan/1", events: "nixfleet.events/1, one line", status: "nixfleet.status/1" } as const;

async function outputSchema(name: "plan" | "events" | "status") {
  switch (name) {
    case "plan":
      return (await import("../domain/plan/plan.ts")).planSchema;
    case "events":
      return (await import("../domain/outcome/events.ts")).eventSchema;
    case "status":
      return (await import("../domain/status/status.ts")).statusSchema;
  }
}
