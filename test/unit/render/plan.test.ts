import { describe, expect, test } from "vitest";
import { type PlanView, renderPlan, type WholePlanView } from "../../../src/cli/render/plan.ts";
import { renderRollout } from "../../../src/cli/render/plan-rollout.ts";
import { plainStyle, styleFor } from "../../../src/cli/render/style.ts";
import { assembleRollout, type RolloutHost } from "../../../src/domain/rollout/assemble-rollout.ts";
import { alikePlan, examplePlan, firstPlan, idlePlan, runPlan } from "../../support/example-plan.ts";
import { inventoryOf } from "../../support/inventory.ts";
import { hostsFor } from "../../support/rollout-hosts.ts";

const view: WholePlanView = {
  nowMs: Date.parse("2026-06-07T12:00Z"),
  style: plainStyle,
  width: 80,
  diff: "short",
  verbosity: 0,
  next: "nixfleet apply --group web",
};
// A digest over the whole plan: other tests hold it to its word.
const withoutId = (text: string): string => text.replace(/^Plan [0-9a-f]{12}/, "Plan 0123456789ab");
const golden = (name: string): string => `../golden/${name}.txt`;

describe("a plan for people", () => {
  test.each<[string, Parameters<typeof renderPlan>[0], Partial<PlanView>]>([
    ["plan", examplePlan, {}],
    ["plan-narrow", examplePlan, { width: 44, diff: "none" }],
    ["plan-verbose", examplePlan, { verbosity: 1, diff: "full" }],
    ["plan-quiet", examplePlan, { verbosity: -1 }],
    ["plan-idle", idlePlan, {}],
    ["plan-first", firstPlan, {}],
    ["plan-run", runPlan, { next: null }],
    ["plan-alike", alikePlan, {}],
    ["plan-alike-full", alikePlan, { diff: "full" }],
  ])("%s", async (name, plan, over) => {
    await expect(withoutId(renderPlan(plan, { ...view, ...over }))).toMatchFileSnapshot(golden(name));
  });

  test("says the same with and without colour", () => {
    const coloured = renderPlan(examplePlan, { ...view, style: styleFor({}, {}, "always") });
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, "")).toBe(renderPlan(examplePlan, view));
    expect(coloured).not.toBe(renderPlan(examplePlan, view));
  });

  test.each([40, 60, 80, 200])(
    "has no line wider than %d columns but for paths, commands and what was said",
    (width) => {
      const lines = renderPlan(examplePlan, { ...view, width, diff: "none" }).split("\n");
      const wide = lines.filter((line) => line.length > width && !/\/|^ {2}[|] |nixfleet apply/.test(line));
      expect(wide).toEqual([]);
    },
  );

  test("tells 200 hosts of one shape in one block, and a host of another in its own", () => {
    const [example] = alikePlan.hosts;
    const hosts = Array.from({ length: 200 }, (_, index) => ({ ...example!, name: `web-${index + 1}` }));
    const other = { ...example!, name: "db-1", packages: [] };
    const shown = renderPlan({ ...alikePlan, hosts: [...hosts, other] }, view);
    expect(shown).toContain("\nweb-[1-200]  (200 hosts)\n");
    expect(shown).toContain("\ndb-1\n");
    expect(shown.split("\n").length).toBeLessThan(60);
  });

  test("shows the line that keeps a host from being planned", () => {
    const [example] = alikePlan.hosts;
    const what = "undefined variable 'prot'";
    const at = { file: "/srv/fleet/hosts/web-1.nix", line: 12, column: 5, excerpt: "    prot;" };
    const error = { code: "nix/evaluation-failed", what, at, next: "Repair this host's configuration." };
    const failed = { ...example!, name: "web-1", action: "failed" as const, code: error.code, reason: what, error };
    expect(renderPlan({ ...alikePlan, hosts: [failed] }, view)).toContain(
      [
        "failed  web-1",
        "  undefined variable 'prot' [nix/evaluation-failed]",
        "  at        /srv/fleet/hosts/web-1.nix:12:5",
        "     |",
        "  12 |     prot;",
        "     |     ^",
        "  next      Repair this host's configuration.",
      ].join("\n"),
    );
  });

  test("says only with -v that nobody knows whether a reboot is needed", () => {
    const [example] = alikePlan.hosts;
    const host = { ...example!, reboot: { needed: "unknown" as const, reasons: ["nothing records it"] } };
    const plan = { ...alikePlan, hosts: [host] };
    expect(renderPlan(plan, view)).not.toContain("reboot");
    expect(renderPlan(plan, { ...view, verbosity: 1 })).toContain("unknown whether one is needed: nothing records it");
  });

  test("caps long diffs and says how much is hidden", () => {
    const [changing] = examplePlan.hosts.filter((host) => host.action === "change");
    const diff = `@@ -1,40 +1,40 @@\n${Array.from({ length: 40 }, (_, line) => `+line ${line}`).join("\n")}\n`;
    const long = { ...changing!, files: [{ path: "/etc/long", change: "modify" as const, diff }] };
    const plan = { ...examplePlan, hosts: [long] };
    expect(renderPlan(plan, view)).toMatch(/25 more lines, with --diff=full/);
    expect(renderPlan(plan, { ...view, diff: "full" })).toMatch(/line 39/);
    expect(renderPlan(plan, { ...view, diff: "none" })).not.toMatch(/line 0/);
  });
});

describe("the rollout of a plan", () => {
  const inventory = inventoryOf(`
hosts:
  web-1: { base: ubuntu, addr: a, rollout: careful, tags: [canary] }
  web-2: { base: ubuntu, addr: a, rollout: careful }
  web-3: { base: ubuntu, addr: a, rollout: careful }
  db-1: { base: debian, addr: a, rollout: nightly }
rollouts:
  careful: { stages: [1, 100%], soak: 2m, maxParallel: 1, slowStart: true, approval: after-canary, onFailure: rollback-all }
  nightly: { windows: "* 02:00-04:00 UTC", maxFailures: 2, onFailure: stop }
`);
  const rendered = (hosts: readonly RolloutHost[]): string[] =>
    renderRollout({ ...examplePlan, rollout: assembleRollout(hosts) }, view);

  test("names stages, hosts, pace, and who waits for which window", () => {
    expect(rendered(hostsFor(inventory).hosts)).toEqual([
      "rollout  careful",
      "  1  canary  web-1",
      "  2  all     web-[2-3]  (2 hosts)",
      "     1 at once, beginning with one, soaks for 2m, asks after the canaries, the",
      "     first failure halts it, a halt puts all hosts back",
      "rollout  nightly",
      "  1  all  db-1",
      "     more than 2 failures halt it, failed hosts stay as they are",
      "  db-1 waits for a window that opens 2026-06-08T02:00Z",
    ]);
  });

  test("is not worth a word where all go at once, but for a window that is shut", () => {
    const one = inventoryOf("hosts: { web-1: { base: ubuntu, addr: a }, web-2: { base: ubuntu, addr: a } }");
    expect(rendered(hostsFor(one).hosts)).toEqual([]);
    expect(rendered(hostsFor(inventory).hosts.filter(({ name }) => name === "db-1"))).toEqual([
      "rollout",
      "  db-1 waits for a window that opens 2026-06-08T02:00Z",
    ]);
  });
});
