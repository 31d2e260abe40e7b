import { expect, test } from "vitest";
import { parseFacts } from "../../../src/domain/host/facts.ts";
import type { Generation } from "../../../src/domain/ids.ts";
import type { HostFacts } from "../../../src/domain/observation/facts.ts";
import { ok } from "../../../src/domain/outcome/result.ts";
import { assemble } from "../../../src/domain/plan/assemble.ts";
import { memoizingDiffer } from "../../../src/domain/plan/file-diff.ts";
import type { DesiredHost, HostInput } from "../../../src/domain/plan/host-input.ts";
import { planHost } from "../../../src/domain/plan/host-plan.ts";
import { manifestPath } from "../../../src/domain/plan/nixos.ts";
import { precheck } from "../../../src/domain/plan/precheck.ts";
import { verifyPlan } from "../../../src/domain/plan/verify.ts";
import { aStorePath, plainFacts, recordsOf } from "../../support/host-answer.ts";
import {
  facts,
  hostInput,
  managedFile,
  managedUnit,
  manifest,
  planRequest,
  sha,
  store,
} from "../../support/plan-builders.ts";

const nixosRelease = { id: "nixos", version: "25.11", codename: "xantusia", pretty: "NixOS 25.11 (Xantusia)" };
const nixosFacts = (over: Partial<HostFacts> = {}): HostFacts => facts({ os: nixosRelease, ...over });
const old = manifest({
  base: "nixos",
  files: [managedFile("/etc/a"), managedFile("/etc/gone")],
  units: [managedUnit("a.service")],
});
const next = manifest({
  base: "nixos",
  files: [managedFile("/etc/a", { sha256: sha("b"), restartUnits: ["a.service"] }), managedFile("/srv/new")],
  units: [managedUnit("a.service")],
});
const desired = (over: Partial<Extract<DesiredHost, { kind: "closure" }>> = {}): DesiredHost => ({
  kind: "closure",
  system: store("2", "nixos-system"),
  description: store("3", "description"),
  manifest: next,
  ...over,
});
const plan = (over: Partial<Omit<HostInput, "host">> = {}) =>
  planHost(
    hostInput("web-1", {
      base: "nixos",
      observed: ok(nixosFacts()),
      desired: ok(desired()),
      current: old,
      found: new Map([["/srv/new", { kind: "absent" }]]),
      ...over,
    }),
    memoizingDiffer(),
  );

test("two systems are compared by their manifests, since nothing on the host records single files", () => {
  const host = plan();
  expect(host.files.map(({ path, change }) => [path, change])).toEqual([
    ["/etc/a", "modify"],
    ["/etc/gone", "remove"],
    ["/srv/new", "add"],
  ]);
  expect(host.units).toEqual([{ name: "a.service", action: "restart", because: "uses /etc/a" }]);
  expect(host.files.some(({ drift }) => drift !== undefined)).toBe(false);
});

test("the description travels with its system, and the activation is told of it", () => {
  const { steps } = plan();
  expect(steps).toMatchObject([
    { kind: "copy", system: store("2", "nixos-system"), description: store("3", "description") },
    { kind: "activate", description: store("3", "description"), needs: ["web-1/copy"] },
  ]);
  expect(plan({ desired: ok(desired({ mode: "boot" })) }).steps.at(-1)).toMatchObject({ mode: "boot" });
});

test("something in the way outside of /etc holds the host; below /etc everything is NixOS' own", () => {
  expect(plan({ found: new Map([["/srv/new", { kind: "file", mode: "0644 root root" }]]) })).toMatchObject({
    action: "held",
    conflicts: [{ path: "/srv/new" }],
  });
});

test.each([
  [
    "what runs now",
    { current: null },
    "nixfleet did not describe what runs now: file, unit and account changes are not listed",
  ],
  [
    "what is to run",
    { desired: ok(desired({ manifest: null })) },
    "nixfleet did not describe this system: file, unit and account changes are not listed",
  ],
])("a system of somebody else, as %s, is applied without a list of files", (_, over, note) => {
  expect(plan(over)).toMatchObject({ action: "change", files: [], units: [], conflicts: [], notes: [note] });
});

test("a system that waits for a boot is no change, and the reason says what it waits for", () => {
  const staged = { system: store("2", "nixos-system"), reasons: ["changed switch inhibitors: dbus"] };
  const waiting = nixosFacts({ committed: staged.system, staged, generation: 2 as Generation });
  expect(plan({ observed: ok(waiting) })).toMatchObject({
    action: "none",
    reason: "up to date once it boots: changed switch inhibitors: dbus",
  });
  const [, activate] = plan().steps;
  if (activate === undefined) throw new Error("no step");
  expect(precheck(activate, waiting)).toEqual({ kind: "already-done" });
  // Another system is a change, and says that the first one never ran.
  const other = plan({ observed: ok(waiting), desired: ok(desired({ system: store("4", "nixos-system") })) });
  expect(other.action).toBe("change");
  expect(other.notes).toContain("waits for a boot since the last apply: changed switch inhibitors: dbus");
});

test("a host of another base than the inventory says is left alone", () => {
  expect(plan({ observed: ok(facts()) })).toMatchObject({ action: "failed", code: "plan/wrong-base" });
  const ubuntu = hostInput("web-1", { observed: ok(nixosFacts()) });
  expect(planHost(ubuntu, memoizingDiffer())).toMatchObject({ action: "failed", code: "plan/wrong-base" });
});

test("there is nothing to remove from a NixOS host", () => {
  expect(plan({ desired: ok({ kind: "empty" }) })).toMatchObject({
    action: "failed",
    code: "plan/not-removable",
    steps: [],
  });
});

test("a plan with a description that is no store path is refused", () => {
  const bad = desired({ description: "/tmp/x" as never });
  const made = assemble(
    planRequest([
      hostInput("web-1", {
        base: "nixos",
        observed: ok(nixosFacts()),
        desired: ok(bad),
        current: old,
        found: new Map([["/srv/new", { kind: "absent" }]]),
      }),
    ]),
  );
  expect(verifyPlan(made).map(({ what }) => what)).toContain('"/tmp/x" is not a store path');
});

test("manifests of NixOS systems lie beside the host's state, others in their closure", () => {
  const system = store("a", "nixos-system-web-1");
  expect(manifestPath("nixos", system)).toBe(`/var/lib/nixfleet/manifests/${system.slice(11)}/manifest.json`);
  expect(manifestPath("ubuntu", system)).toBe(`${system}/manifest.json`);
});

test("a host tells what waits for a boot and why, and nonsense there is refused", () => {
  const read = (staged: string) => parseFacts(recordsOf({ ...plainFacts, staged }));
  expect(read(`${aStorePath("a")}\nfirst reason\nsecond`)).toMatchObject({
    value: { staged: { system: aStorePath("a"), reasons: ["first reason", "second"] } },
  });
  expect(read("/tmp/x\nreason")).toMatchObject({ ok: false, error: { code: "host/facts" } });
  expect(parseFacts(recordsOf(plainFacts))).toMatchObject({ value: { staged: null } });
});
