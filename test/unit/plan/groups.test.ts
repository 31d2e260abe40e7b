import { expect, test } from "vitest";
import { groupChanges, groupFailures } from "../../../src/domain/plan/groups.ts";
import { examplePlan } from "../../support/example-plan.ts";

const changing = examplePlan.hosts.filter((host) => host.action === "change");

test("hosts with the same change form a group, largest first", () => {
  expect(groupChanges(changing).map((group) => group.hosts.join(" "))).toEqual([
    "web-1 web-2 web-3 web-4 web-5 web-6",
    "db-1",
  ]);
});

test("hosts that differ only in name, base and store paths are alike", () => {
  const [first] = changing.filter((host) => host.name === "web-1");
  const other = { ...first!, name: "web-9", base: "debian" as const, to: { system: "/nix/store/other" } };
  expect(groupChanges([first!, other])).toHaveLength(1);
  expect(groupChanges([first!, { ...other, notes: ["first apply on this host"] }])).toHaveLength(2);
});

test("failures that differ only in the host's own name are alike, others are not", () => {
  const failing = (host: string, what: string) => ({ host, error: { code: "nix/build-failed", what } });
  const groups = groupFailures([
    failing("db-1", "something else"),
    failing("web-2", "the closure of web-2 does not build"),
    failing("web-10", "the closure of web-10 does not build"),
  ]);
  expect(groups.map((group) => group.hosts)).toEqual([["web-2", "web-10"], ["db-1"]]);
  expect(groups[0]?.error.what).toBe("the closure of web-[2,10] does not build");
});
