import { describe, expect, test } from "vitest";
import type { Generation } from "../../../src/domain/ids.ts";
import type { HostFacts } from "../../../src/domain/observation/facts.ts";
import type { Step } from "../../../src/domain/plan/plan.ts";
import { precheck, staleFailure } from "../../../src/domain/plan/precheck.ts";
import { facts, freshFacts, host, ownedFile, ownedUnit, sha, store } from "../../support/plan-builders.ts";

const expect_ = { system: store("1", "web"), generation: 1, files: "digest-1" };
const next = store("2", "web");
const activate: Step = {
  id: "web-1/activate",
  kind: "activate",
  needs: [],
  expect: expect_,
  system: next,
  reversible: true,
  confirmMs: 60_000,
};
const copy: Step = { id: "web-1/copy", kind: "copy", needs: [], expect: expect_, system: next };
const remove: Step = {
  id: "web-1/remove",
  kind: "remove",
  needs: [],
  expect: expect_,
  reversible: false,
  confirmMs: 60_000,
};
const run: Step = {
  id: "web-1/run",
  kind: "run",
  needs: [],
  expect: expect_,
  command: "true",
  sudo: false,
  timeoutMs: 1,
};
const arrived: Partial<HostFacts> = {
  live: next,
  committed: next,
  generation: 2 as Generation,
  filesDigest: "digest-2",
};

describe("right before a step acts, the host", () => {
  test.each<[string, Step, HostFacts, string]>([
    ["as the plan saw it is ready", activate, facts(), "ready"],
    ["as the plan saw it is ready for a copy", copy, facts(), "ready"],
    ["with another closure has drifted", activate, facts({ live: store("3", "web") }), "drifted"],
    ["with another generation has drifted", activate, facts({ generation: 7 as Generation }), "drifted"],
    ["with other managed files has drifted", activate, facts({ filesDigest: "digest-9" }), "drifted"],
    ["that arrived is done already", activate, facts(arrived), "already-done"],
    ["that arrived needs no copy", copy, facts(arrived), "already-done"],
    [
      "that arrived and was edited since has drifted",
      activate,
      facts({ ...arrived, files: [ownedFile("/etc/motd", { currentSha256: sha("e") })] }),
      "drifted",
    ],
    [
      "that arrived and has a stopped unit has drifted",
      activate,
      facts({ ...arrived, units: [ownedUnit("a.service", { active: "inactive" })] }),
      "drifted",
    ],
    ["that arrived and was cut short is not done", activate, facts({ ...arrived, interrupted: "01J" }), "drifted"],
    [
      "that arrived and is not committed has drifted",
      activate,
      facts({ ...arrived, committed: expect_.system }),
      "drifted",
    ],
    ["without anything managed is removed already", remove, freshFacts(), "already-done"],
    ["with something managed is ready for removal", remove, facts(), "ready"],
    ["in any state is ready for a command", run, facts(arrived), "ready"],
  ])("%s", (_title, step, observed, kind) => {
    expect(precheck(step, observed).kind).toBe(kind);
  });

  test("whose drift is repaired by the same closure is ready while the drift is as seen, and done once it is gone", () => {
    const repair: Step = { ...activate, system: expect_.system };
    const edited = facts({ files: [ownedFile("/etc/motd", { currentSha256: sha("e") })] });
    expect(precheck(repair, edited).kind).toBe("ready");
    expect(precheck(repair, facts({ filesDigest: "digest-0" })).kind).toBe("already-done");
  });

  test("after a reboot matters to steps that name the boot id", () => {
    const step: Step = { ...activate, expect: { ...expect_, bootId: "another" } };
    expect(precheck(step, facts())).toMatchObject({ kind: "drifted", expected: "boot id another" });
  });

  test("that moved ends with a failure that says what was expected, what was found and what to do", () => {
    const edited = facts({ filesDigest: "digest-9", files: [ownedFile("/etc/motd", { currentSha256: sha("e") })] });
    const check = precheck(activate, edited);
    expect(check.kind).toBe("drifted");
    if (check.kind !== "drifted") return;
    expect(staleFailure(host("web-1"), check)).toMatchObject({
      code: "plan/stale",
      found: "edited: /etc/motd",
      next: expect.stringContaining("plan again"),
    });
  });
});
