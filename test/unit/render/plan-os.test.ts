import { describe, expect, test } from "vitest";
import { renderOsUpdates } from "../../../src/cli/render/plan-os.ts";
import { renderUnchanged } from "../../../src/cli/render/plan-unchanged.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import { blankHost } from "../../../src/domain/plan/host-frame.ts";
import type { HostOs } from "../../../src/domain/plan/os-schema.ts";
import type { Plan, PlanHost } from "../../../src/domain/plan/plan.ts";
import { host } from "../../support/plan-builders.ts";

const view = { style: plainStyle, width: 80, diff: "short", verbosity: 0, next: null } as const;
const update = (name: string, security: boolean, ...suites: string[]): HostOs["updates"][number] => ({
  ...{ name, from: "1.0", to: "1.1", source: name, auto: false },
  security,
  suites,
});
const withOs = (name: string, os: Partial<HostOs>, more: Partial<PlanHost> = {}): PlanHost => ({
  ...blankHost({ name: host(name), base: "ubuntu" }),
  os: { selection: "full", updates: [], keptBack: [], downloadBytes: 0, ...os },
  ...more,
});

describe("the packages of an update", () => {
  test("are summed up with their share of security, and stand below the archive that they come from", () => {
    const updates = [
      update("nginx", false, "noble-updates"),
      update("openssl", true, "noble-updates", "noble-security"),
      { ...update("linux-image-6", true, "noble-security"), from: null },
    ];
    expect(renderOsUpdates(withOs("web-1", { updates, downloadBytes: 2_097_152 }), view)).toEqual([
      "  system packages  2 updates and 1 new, 2 of them security, 2.0 MiB to fetch",
      "    from noble-security",
      "    ~ openssl        1.0 -> 1.1  security",
      "    + linux-image-6  1.1         security",
      "    from noble-updates",
      "    ~ nginx  1.0 -> 1.1",
    ]);
  });

  test("say so where all, or none, of them are security updates", () => {
    const sum = (...all: boolean[]): string | undefined =>
      renderOsUpdates(withOs("web-1", { updates: all.map((security) => update("a", security, "x")) }), view)[0];
    expect(sum(true)).toBe("  system packages  1 update, security");
    expect(sum(true, true)).toBe("  system packages  2 updates, all of them security");
    expect(sum(false)).toBe("  system packages  1 update, no security updates");
  });
});

describe("hosts without updates", () => {
  const kept = (name: string, security = false) => ({ name, candidate: "2", why: "hold" as const, security });
  const rest = { reason: "no updates; 1 kept back" };
  const rendered = (...hosts: PlanHost[]): string[] =>
    renderUnchanged({ hosts } as unknown as Plan, view).map((block) => block.join("\n"));

  test("are named together with what is kept back on them", () => {
    const os = { keptBack: [kept("nginx", true)] };
    expect(rendered(withOs("web-1", os, rest), withOs("web-2", os, rest))).toEqual([
      "web-[1-2]: no updates; 1 kept back\n    held: nginx (security)",
    ]);
  });

  test("are not worth a word where nothing is kept back", () => {
    expect(rendered(withOs("web-1", {}))).toEqual([]);
  });
});
