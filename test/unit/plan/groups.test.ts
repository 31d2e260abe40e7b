import { describe, expect, test } from "vitest";
import { fileVariants } from "../../../src/domain/plan/file-variants.ts";
import { groupChanges, groupFailures } from "../../../src/domain/plan/groups.ts";
import type { PlanHost } from "../../../src/domain/plan/plan.ts";
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

describe("content that differs from host to host", () => {
  const changing = examplePlan.hosts.find((host) => host.name === "web-1");
  const greeting = (name: string, text: string): PlanHost => ({
    ...changing!,
    name,
    files: [{ path: "/etc/motd", change: "modify", diff: `@@ -1,1 +1,1 @@\n-old\n+${text}\n` }],
  });
  const members = ["web-10", "web-2", "web-1"].map((name) => greeting(name, `this is ${name}`));

  test("does not keep hosts apart, while another path, mode or drift does", () => {
    expect(groupChanges(members).map(({ hosts }) => hosts)).toEqual([["web-1", "web-2", "web-10"]]);
    const [file] = members[0]!.files;
    for (const other of [
      { path: "/etc/issue" },
      { drift: "edited" as const },
      { mode: { from: "0600", to: "0644" } },
    ]) {
      expect(groupChanges([...members, { ...members[0]!, files: [{ ...file!, ...other }] }])).toHaveLength(2);
    }
  });

  test("comes in variants, the most frequent first", () => {
    const [group] = groupChanges([...members, greeting("web-11", "this is web-10")]);
    const variants = fileVariants(group!).map((file) => file.map(({ hosts }) => hosts));
    expect(variants).toEqual([[["web-10", "web-11"], ["web-1"], ["web-2"]]]);
  });

  test("never hides that content of one host is withheld", () => {
    const hidden = {
      ...members[0]!,
      files: [{ path: "/etc/motd", change: "modify" as const, withheld: "hidden" as const }],
    };
    const [group] = groupChanges([...members.slice(1), hidden]);
    expect(fileVariants(group!)[0]).toHaveLength(3);
  });

  test("does not keep hosts apart that do not know whether they need a reboot", () => {
    const unknown = { ...members[0]!, reboot: { needed: "unknown" as const, reasons: ["nobody records it"] } };
    const needed = { ...members[0]!, reboot: { needed: "yes" as const, reasons: ["a kernel is installed"] } };
    expect(groupChanges([members[1]!, unknown])).toHaveLength(1);
    expect(groupChanges([members[1]!, needed])).toHaveLength(2);
  });
});
