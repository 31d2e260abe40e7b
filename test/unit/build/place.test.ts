import { describe, expect, test } from "vitest";
import { candidatesFor } from "../../../src/domain/build/place.ts";
import { withBuildWishes } from "../../../src/domain/build/wishes.ts";
import type { ResolvedHost } from "../../../src/domain/inventory/resolved.ts";
import { inventoryOf } from "../../support/inventory.ts";

const inventory = inventoryOf(`
hosts:
  web-1: { base: debian, addr: 10.0.0.1 }
  web-2: { base: debian, addr: 10.0.0.2, build: [big, target, local] }
  arm-1: { base: debian, addr: 10.0.0.3, system: aarch64-linux }
  arm-2: { base: debian, addr: 10.0.0.4, system: aarch64-linux, build: [big, local] }
  arm-3: { base: debian, addr: 10.0.0.5, system: aarch64-linux, build: arm-builder }
  big: { base: debian, addr: 10.0.0.6, build: big }
  closed: { base: debian, addr: 10.0.0.8, access: restricted, build: [target, local] }
  arm-builder: { base: debian, addr: 10.0.0.7, system: aarch64-linux }
`);
const hosts = new Map<string, ResolvedHost>(inventory.hosts.map((host) => [host.name, host]));

/** "PLACE" for what may be used, "PLACE: why not" for the rest. */
function places(name: string, buildsHere = hosts.get(name)?.system === "x86_64-linux"): string[] {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return candidatesFor(host, host.system, { hosts, buildsHere }).map(({ name: place, place: usable, because }) =>
    usable === undefined ? `${place}: ${because}` : `${place} (${usable.kind})`,
  );
}

describe("the places to build a host's closure", () => {
  test("are this machine where nothing is said", () => {
    expect(places("web-1")).toEqual(["local (here)"]);
  });

  test("come in the inventory's order", () => {
    expect(places("web-2")).toEqual(["big (builder)", "target (target)", "local (here)"]);
  });

  test("are builders with the host's system where this machine cannot build it", () => {
    expect(places("arm-1")).toEqual(["local: this machine does not build aarch64-linux", "arm-builder (builder)"]);
    expect(places("arm-1", true)).toEqual(["local (here)"]);
  });

  test("say of each that cannot build the host's system why not, and none is added to a list", () => {
    expect(places("arm-2")).toEqual([
      "big: it is x86_64-linux, and aarch64-linux is needed",
      "local: this machine does not build aarch64-linux",
    ]);
  });

  test("name a host that is its own builder the target", () => {
    expect(places("big")).toEqual(["big (target)"]);
  });

  test("leave out a restricted host itself, which takes only what the fleet's key has signed", () => {
    expect(places("closed")).toEqual(["target: a restricted host takes nothing that it built itself", "local (here)"]);
  });

  test("lack builders that are not at hand, such as those without a machine in the lab", () => {
    const host = hosts.get("arm-3");
    if (host === undefined) throw new Error("unreachable");
    expect(candidatesFor(host, host.system, { hosts: new Map(), buildsHere: false })).toEqual([
      { name: "arm-builder", because: "it is not among the hosts at hand" },
    ]);
  });
});

describe("what is typed about building", () => {
  test("holds for all hosts", () => {
    const wished = withBuildWishes(inventory, { buildOn: ["big", "local"], substituteOnDestination: true });
    expect(wished.ok && wished.value.hosts.every((host) => host.build.join() === "big,local")).toBe(true);
    expect(wished.ok && wished.value.hosts.every((host) => host.substituteOnDestination)).toBe(true);
  });

  test("changes nothing when it is nothing", () => {
    expect(withBuildWishes(inventory, {})).toEqual({ ok: true, value: inventory });
  });

  test("may not name what is no host", () => {
    expect(withBuildWishes(inventory, { buildOn: ["bigg"] })).toMatchObject({
      ok: false,
      error: [{ code: "inventory/unknown-host", next: "did you mean big?" }],
    });
  });
});
