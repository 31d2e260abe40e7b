import { expect, test } from "vitest";
import { goOnWords } from "../../../src/cli/render/go-on.ts";
import { renderRecap } from "../../../src/cli/render/recap.ts";
import { renderRuns } from "../../../src/cli/render/runs.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import { rolloutEnds } from "../../../src/domain/outcome/events.ts";
import { exampleEvents, exampleRun } from "../../support/run-events.ts";

const words = (rollout: Parameters<typeof goOnWords>[0]["rollout"]) =>
  goOnWords({ run: "RUN", rollout }, ["-C", "/my fleet"]).map(({ command }) => command);

test("a run that came to rest tells how it goes on, by the same way to the same fleet", () => {
  expect(Object.fromEntries([...rolloutEnds, "died" as const].map((end) => [end, words(end)]))).toEqual({
    completed: [],
    halted: [
      "nixfleet runs resume RUN --lift-halt -C '/my fleet'",
      "nixfleet runs resume RUN --retry-failed -C '/my fleet'",
    ],
    paused: ["nixfleet runs resume RUN -C '/my fleet'"],
    interrupted: ["nixfleet runs resume RUN -C '/my fleet'"],
    detached: ["nixfleet runs attach RUN -C '/my fleet'", "nixfleet runs resume RUN -C '/my fleet'"],
    died: ["nixfleet runs resume RUN -C '/my fleet'"],
  });
});

test("the last words of a halted run name both ways on: as planned, or again after a change", () => {
  const summary = exampleEvents.at(-1);
  if (summary?.type !== "summary") throw new Error("the example has no summary");
  const recap = renderRecap({ ...summary, rollout: "halted" }, "apply", { style: plainStyle, width: 80, verbosity: 0 });
  expect(recap.split("\n").slice(-5)).toEqual([
    `details  nixfleet runs show ${exampleRun}`,
    `go on    nixfleet runs resume ${exampleRun} --lift-halt`,
    `retry    nixfleet runs resume ${exampleRun} --retry-failed`,
    `again    nixfleet apply --rerun failed --run ${exampleRun}`,
    "",
  ]);
});

test("the list of runs names the next command of those that are not over", () => {
  const run = {
    run: exampleRun,
    verb: "apply",
    startedAt: "2027-01-15T08:00:00Z",
    hosts: 3,
    by: "ann@desk",
    flags: [],
  };
  const list = (state: "running" | "ended" | "detached") => renderRuns([{ ...run, state, exit: 0 }], plainStyle);
  expect(list("ended")).not.toContain("nixfleet runs");
  expect(list("running")).toContain(`follow   nixfleet runs attach ${exampleRun}`);
  expect(list("detached")).toContain(`follow   nixfleet runs attach ${exampleRun}`);
});
