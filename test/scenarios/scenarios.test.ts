import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reportOf } from "./report.ts";
import { parseScenario } from "./scenario.ts";

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".fleet"));

describe("a rollout over a simulated fleet", () => {
  test.each(files)("goes as %s says", async (file) => {
    const scenario = parseScenario(readFileSync(join(import.meta.dirname, file), "utf8"));
    await expect(reportOf(scenario)).toMatchFileSnapshot(join(import.meta.dirname, file.replace(/\.fleet$/, ".out")));
  });
});
