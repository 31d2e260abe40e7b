/** Turns what the validator complains about into failures that name the place, what was expected and what was meant. */
import type { z } from "zod";
import { didYouMean } from "../../near-miss.ts";
import { type Failure, failure } from "../../outcome/failure.ts";
import {
  keyOffset,
  type Located,
  nodeAt,
  type Path,
  pathText,
  positionAt,
  type SourceText,
  valueOffset,
} from "../document/located.ts";
import { foundText } from "../document/written.ts";
import { meantKey } from "./other-names.ts";
import { expectedAt, knownKeys } from "./walk.ts";

export interface IssueScope {
  readonly source: SourceText;
  readonly root: Located;
  /** The schema of the part that was validated, and where the part stands. */
  readonly schema: z.core.$ZodType;
  readonly at: Path;
}

/** One failure for each mistake; an issue about unknown keys is one for each key. */
export function explainIssue(issue: z.core.$ZodIssue, scope: IssueScope): Failure[] {
  const inner = issue.path as Path;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, inner, scope));
    case "invalid_union": {
      const branch = likeliestBranch(issue.errors);
      if (branch === undefined) return [wrongValue(scalarIssue(issue.errors) ?? issue, inner, scope)];
      return branch.flatMap((nested) => explainIssue({ ...nested, path: [...issue.path, ...nested.path] }, scope));
    }
    case "invalid_key":
      return [badKey(inner, scope)];
    default:
      return [wrongValue(issue, inner, scope)];
  }
}

/** The alternative that got furthest: one that looked inside the value, or at least accepted its type. */
function likeliestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const looksInside = (issues: readonly z.core.$ZodIssue[]) => issues.some((issue) => issue.path.length > 0);
  const takesType = (issues: readonly z.core.$ZodIssue[]) => issues.every((issue) => issue.code !== "invalid_type");
  return branches.find(looksInside) ?? branches.find((issues) => issues.length > 0 && takesType(issues));
}

/** Of alternatives that all refuse the type: the one for single values, which knows the best advice. */
function scalarIssue(branches: readonly (readonly z.core.$ZodIssue[])[]): z.core.$ZodIssue | undefined {
  return branches.flat().find((issue) => issue.code === "invalid_type" && scalarTypes.has(issue.expected));
}

const scalarTypes: ReadonlySet<string> = new Set(["string", "number", "int", "boolean"]);

function unknownKey(key: string, inner: Path, scope: IssueScope): Failure {
  const known = knownKeys(scope.schema, inner);
  const path = [...scope.at, ...inner, key];
  const where = pathText(path.slice(0, -1));
  return failure("inventory/unknown-key", `unknown key ${key}${where === "" ? "" : ` in ${where}`}`, {
    at: positionAt(scope.source, keyOffset(scope.root, path)),
    expected: `one of ${known.join(", ")}`,
    next: meantKey(key, known) ?? "take it out; free values for modules go below vars",
  });
}

function badKey(inner: Path, scope: IssueScope): Failure {
  const path = [...scope.at, ...inner];
  const isHost = path[0] === "hosts";
  return failure("inventory/bad-value", `${JSON.stringify(String(path.at(-1)))} is no name`, {
    at: positionAt(scope.source, keyOffset(scope.root, path)),
    expected: isHost
      ? "a host name: letters, digits and inner dashes, parts joined by dots"
      : "letters, digits, dot, dash and underscore",
  });
}

function wrongValue(issue: z.core.$ZodIssue, inner: Path, scope: IssueScope): Failure {
  const path = [...scope.at, ...inner];
  const node = nodeAt(scope.root, path);
  const expected = expectedAt(scope.schema, inner);
  const at = positionAt(scope.source, valueOffset(scope.root, path));
  if (node === undefined)
    return failure("inventory/missing-key", `${pathText(path)} is missing`, { at, ...(expected && { expected }) });
  const { why, next, code } = complaintOf(issue);
  return failure(code, `${pathText(path)} ${codeWords[code]}${why === "" ? "" : `: ${why}`}`, {
    at,
    ...(expected === undefined ? {} : { expected }),
    found: foundText(node),
    ...nextAction(next, node, issue, expected),
  });
}

type ValueCode = "inventory/wrong-type" | "inventory/bad-value" | "inventory/bad-window" | "inventory/bad-blackout";

const codeWords: Readonly<Record<ValueCode, string>> = {
  "inventory/wrong-type": "has the wrong type",
  "inventory/bad-value": "has a bad value",
  "inventory/bad-window": "is no window",
  "inventory/bad-blackout": "is no blackout",
};

function complaintOf(issue: z.core.$ZodIssue): { why: string; next?: string; code: ValueCode } {
  if (issue.code === "invalid_type" || issue.code === "invalid_union") return { why: "", code: "inventory/wrong-type" };
  if (issue.code !== "custom") return { why: "", code: "inventory/bad-value" };
  const { next, code } = issue.params ?? {};
  return {
    // A refinement without words leaves the validator's own, which say nothing.
    why: issue.message === "Invalid input" ? "" : issue.message,
    code: code === "inventory/bad-window" || code === "inventory/bad-blackout" ? code : "inventory/bad-value",
    ...(typeof next === "string" ? { next } : {}),
  };
}

function nextAction(
  next: string | undefined,
  node: Located,
  issue: z.core.$ZodIssue,
  expected = "",
): { next?: string } {
  const advice = next ?? (node.kind === "scalar" && node.value !== null ? advise(node, issue, expected) : undefined);
  return advice === undefined ? {} : { next: advice };
}

/** How the same thing is written in the form that was expected. */
function advise(node: Located & { kind: "scalar" }, issue: z.core.$ZodIssue, expected: string): string | undefined {
  const { value, written } = node;
  if (issue.code === "invalid_value") return didYouMean(String(value), issue.values.map(String));
  if (issue.code !== "invalid_type") return undefined;
  switch (issue.expected) {
    case "string":
      return expected.startsWith("a duration") ? `say the unit, for example ${written}s` : `quote it: "${written}"`;
    case "boolean": {
      const truth = truths.get(String(value).toLowerCase());
      return truth === undefined ? undefined : `write ${truth}`;
    }
    case "array":
      return `write a list: [${written}]`;
    case "number":
    case "int":
      return /^\d+$/.test(String(value)) ? `write it without quotes: ${value}` : undefined;
    default:
      return undefined;
  }
}

const truths: ReadonlyMap<string, string> = new Map([
  ["yes", "true"],
  ["on", "true"],
  ["1", "true"],
  ["true", "true"],
  ["no", "false"],
  ["off", "false"],
  ["0", "false"],
  ["false", "false"],
]);
