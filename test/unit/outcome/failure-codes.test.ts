import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { errorsPage } from "../../../src/cli/render/errors-page.ts";
import { type FailureEntry, failureCodes } from "../../../src/domain/outcome/failure-codes/index.ts";

const entries = Object.entries(failureCodes) as [string, FailureEntry][];

test("docs/errors.md tells every code as the program does (node scripts/errors-page.ts writes it)", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/errors.md"), "utf8");
  expect(page).toBe(errorsPage(failureCodes));
});

describe.each(entries)("%s", (code, { meaning, remedy }) => {
  test("is named area/problem and explained in whole sentences", () => {
    expect(code).toMatch(/^[a-z]+\/[a-z0-9-]+$/);
    for (const text of [meaning, remedy]) expect(text).toMatch(/^\S.{8,}[.?)!`]$/s);
  });
});
