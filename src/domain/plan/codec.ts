/** Plans as files: canonical digest, text, and a reader that accepts nothing it does not understand. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import { canonicalJson } from "../canonical-json.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { type Plan, planSchema, planSchemaName } from "./plan.ts";

/** Plan files larger than this are not ours; a plan of 10,000 changed hosts takes about 60 MB. */
const MAX_PLAN_CHARACTERS = 512 * 1024 * 1024;

/** JSON for a file, indented so that a review shows its changes line by line; ends with a newline. */
export function encodePlan(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** Reads what `encodePlan` wrote. Fails with `plan/unreadable`, `plan/unknown-format`, `plan/invalid` or `plan/edited`. */
export function decodePlan(text: string): Result<Plan> {
  const raw = parseJson(text);
  if (!raw.ok) return raw;
  const format = formatOf(raw.value);
  if (format !== planSchemaName) return err(unknownFormat(format));
  const parsed = planSchema.safeParse(raw.value);
  if (!parsed.success) return err(invalidPlan(parsed.error));
  // Over the raw value: fields that a later version added count, although this version does not know them.
  const digest = planDigest(raw.value as Plan);
  if (digest !== parsed.data.id) return err(editedPlan(parsed.data.id, digest));
  return ok(parsed.data);
}

/** sha256, as 64 hexadecimal digits, over the canonical JSON of all but `id` and `createdAt`. */
export function planDigest(plan: Omit<Plan, "id" | "createdAt">): string {
  const { id: _id, createdAt: _createdAt, ...rest } = plan as Plan;
  return createHash("sha256").update(canonicalJson(rest)).digest("hex");
}

function parseJson(text: string): Result<unknown> {
  if (text.length > MAX_PLAN_CHARACTERS) return err(failure("plan/unreadable", "the plan file is too large"));
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return err(
      failure("plan/unreadable", "the plan file is not JSON", {
        found: error instanceof Error ? error.message : String(error),
        next: "write it again with nixfleet plan --out FILE",
      }),
    );
  }
}

function formatOf(value: unknown): string {
  if (typeof value !== "object" || value === null || !("schema" in value)) return "no field `schema`";
  return typeof value.schema === "string" ? value.schema : "a `schema` that is no text";
}

const unknownFormat = (found: string): Failure =>
  failure("plan/unknown-format", "the file is not a plan that this version of nixfleet reads", {
    expected: planSchemaName,
    found,
    next: "write it again with nixfleet plan --out FILE",
  });

function invalidPlan(error: z.ZodError): Failure {
  const lines = error.issues.map((issue) => `${issue.path.join(".") || "(top)"}: ${issue.message}`);
  return failure("plan/invalid", "the plan file has the wrong shape", {
    detail: lines.slice(0, 20).join("\n"),
    next: "write it again with nixfleet plan --out FILE",
  });
}

const editedPlan = (recorded: string, computed: string): Failure =>
  failure("plan/edited", "the plan file was changed after nixfleet wrote it", {
    expected: `content with the digest ${recorded}`,
    found: computed,
    next: "a plan is executed exactly as reviewed: change the fleet and plan again",
  });
