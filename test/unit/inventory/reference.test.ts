import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { renderReference } from "../../../src/cli/render/inventory-reference.ts";
import { cacheFormat } from "../../../src/domain/inventory/cached.ts";
import { inventoryJsonSchema } from "../../../src/domain/inventory/schema/json-schema.ts";
import { inventoryReference } from "../../../src/domain/inventory/schema/reference.ts";
import { inventoryOf, readInventoryText } from "../../support/inventory.ts";

const repository = resolve(import.meta.dirname, "../../..");
const page = readFileSync(resolve(repository, "docs/inventory.md"), "utf8");
const example = readFileSync(resolve(repository, "inventory/prod.yaml"), "utf8");

describe("docs/inventory.md", () => {
  test("ends with the reference as the schema gives it (nixfleet inventory schema --markdown)", () => {
    expect(page.slice(page.indexOf("### The file"))).toBe(renderReference(inventoryReference()));
  });

  test.each([...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""], index) => [index + 1, text] as const))(
    "has an example %i without mistake or warning",
    (_index, text) => {
      expect(readInventoryText(text)).toMatchObject({ failures: [], warnings: [] });
    },
  );

  test("says of each setting what it takes and what it means", () => {
    for (const { settings } of inventoryReference()) {
      expect(settings.length).toBeGreaterThan(0);
      for (const { takes, meaning } of settings) expect([takes, meaning]).not.toContain("");
    }
  });

  test("merges as its comments say", () => {
    const [, , text = ""] = page.split("```yaml\n").map((part) => part.split("```")[0]);
    expect(inventoryOf(text).hosts).toMatchObject([
      { user: "web", tags: ["prod", "http", "eu"], vars: { tls: { port: 443, names: ["example.org"] } } },
      { user: "root" },
    ]);
  });
});

describe("the example fleet", () => {
  test("has neither mistakes nor warnings", () => {
    const { failures, warnings, inventory } = readInventoryText(example);
    expect([failures, warnings]).toEqual([[], []]);
    expect(inventory?.hosts.map((host) => host.name)).toEqual(["web-1", "web-2", "db-1"]);
  });
});

describe("the JSON Schema", () => {
  const schema = inventoryJsonSchema();
  const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

  test("accepts what the reader accepts", () => {
    const { fragment } = readInventoryText(example);
    expect(fragment.mistakes).toEqual([]);
    const value = { hosts: { "web-1": { base: "ubuntu", addr: ["10.0.1.11"], roles: ["nginx"] }, "web-2": null } };
    expect(validator.safeParse(value).success).toBe(true);
  });

  test.each([
    { hosts: { "web-1": { bsae: "ubuntu" } } },
    { hosts: { "web-1": { port: 70000 } } },
    { hosts: { "web-1": { osUpdates: { ubuntu: { mode: "weekly" } } } } },
    { hosts: {}, rollouts: { canary: { stages: [0] } } },
    { defaults: {} },
  ])("refuses what the reader refuses: %j", (value) => {
    expect(validator.safeParse(value).success).toBe(false);
  });
});

const everyKind = `
fleet: { flake: "github:example/fleet", signingKey: keys/fleet }
defaults: { user: deploy, port: 22, hooks: { preReboot: [drain] } }
groups: { web: { hosts: [web-1], osUpdates: { ubuntu: { maxConcurrentReboots: 1, rebootWindow: "Sun 02:00-04:00" } } } }
hosts: { web-1: { base: ubuntu, addr: 10.0.1.11, roles: [nginx], vars: { a: 1 } }, gpu-1: { base: nixos, addr: gpu-1, flakeAttr: x } }
rollouts: { canary: { stages: [1, 50%], soak: 2m } }
tasks: { disk: { run: df } }
`;

describe("the cache's format number", () => {
  test("goes up with the resolved form: change both this picture and the number", () => {
    const { digest, ...inventory } = inventoryOf(everyKind);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect({ cacheFormat, inventory }).toMatchSnapshot();
  });
});
