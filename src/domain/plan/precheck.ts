/** Is the host still what the plan saw? Asked right before a step acts. */
import type { HostName } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { liveSystem } from "./live-system.ts";
import { driftOf, ownedFiles } from "./managed-files.ts";
import { waitsForBoot } from "./nixos.ts";
import type { Step, StepExpectation } from "./plan.ts";
import { hasSecrets, secretsDigest } from "./secret-changes.ts";
import { unitDrift } from "./unit-changes.ts";

export type Precheck =
  | { readonly kind: "ready" }
  /** What the step wants is so already: doing less than planned is allowed. */
  | { readonly kind: "already-done" }
  /** The host moved: doing other than planned is not. */
  | { readonly kind: "drifted"; readonly expected: string; readonly found: string };

export function precheck(step: Step, facts: HostFacts): Precheck {
  if (step.kind === "program")
    return { kind: facts.restricted?.program?.sha256 === step.sha256 ? "already-done" : "ready" };
  // What a package update finds is compared on the host, under apt's own locks.
  if (step.kind === "run" || step.kind === "os-update") return { kind: "ready" };
  if (step.kind === "reboot") {
    const expected = step.expect.bootId ?? facts.bootId;
    return expected === facts.bootId ? { kind: "ready" } : drifted("boot id", expected, facts.bootId);
  }
  if (isAlreadyDone(step, facts)) return { kind: "already-done" };
  return compareExpectation(step.expect, facts);
}

/** Compares system, generation, managed files and, where the step names one, the boot id. */
function compareExpectation(expect: StepExpectation, facts: HostFacts): Precheck {
  const live = liveSystem(facts);
  if (live !== expect.system) return drifted("system", expect.system ?? "none", live ?? "none");
  if (facts.generation !== expect.generation) {
    return drifted("generation", String(expect.generation), String(facts.generation));
  }
  if (facts.filesDigest !== expect.files) {
    const edited = editedPaths(facts);
    const found = edited.length === 0 ? "managed files as the last apply wrote them" : `edited: ${edited.join(", ")}`;
    return { kind: "drifted", expected: "managed files as they were when the plan was made", found };
  }
  if (expect.secrets !== undefined && expect.secrets !== secretsDigest(facts)) {
    const found = "other secrets, or some that a reboot took away";
    return { kind: "drifted", expected: "secrets as they were when the plan was made", found };
  }
  if (expect.bootId !== undefined && facts.bootId !== expect.bootId) {
    return drifted("boot id", expect.bootId, facts.bootId);
  }
  return { kind: "ready" };
}

/** The failure that a drifted host ends with. */
export function staleFailure(host: HostName, drift: Extract<Precheck, { kind: "drifted" }>): Failure {
  return failure("plan/stale", "the host moved after the plan was made", {
    host,
    expected: drift.expected,
    found: drift.found,
    next: `look at it with nixfleet status --host ${host}, then plan again`,
  });
}

function isAlreadyDone(
  step: Exclude<Step, { kind: "program" | "run" | "os-update" | "reboot" }>,
  facts: HostFacts,
): boolean {
  if (facts.interrupted !== null) return false;
  switch (step.kind) {
    // Whether the paths are there is for the copy itself to see: it sends only what is missing.
    case "copy":
      return liveSystem(facts) === step.system;
    case "secrets":
      return false;
    case "activate":
      if (waitsForBoot(facts, step.system)) return true;
      return (
        liveSystem(facts) === step.system &&
        facts.committed === step.system &&
        isUntouched(facts) &&
        hasSecrets(step.secrets ?? [], facts)
      );
    case "remove":
      return liveSystem(facts) === null && ownedFiles(facts).size === 0;
  }
}

function isUntouched(facts: HostFacts): boolean {
  const untouchedFiles = [...ownedFiles(facts).values()].every((file) => driftOf(file).drift === undefined);
  return untouchedFiles && facts.units.every((unit) => unitDrift(unit) === undefined);
}

function editedPaths(facts: HostFacts): string[] {
  const edited = [...ownedFiles(facts).values()].filter((file) => driftOf(file).drift !== undefined);
  return edited
    .map((file) => file.path)
    .sort()
    .slice(0, 5);
}

const drifted = (what: string, expected: string, found: string): Precheck => ({
  kind: "drifted",
  expected: `${what} ${expected}`,
  found: `${what} ${found}`,
});
