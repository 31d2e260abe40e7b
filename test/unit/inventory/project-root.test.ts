import { vol } from "memfs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { findProjectRoot } from "../../../src/effects/inventory/project-root.ts";

vi.mock("node:fs/promises", async () => (await import("memfs")).fs.promises);

beforeEach(() => {
  vol.reset();
  vol.fromJSON({
    "/home/ann/fleet/flake.nix": "{ }",
    "/home/ann/fleet/modules/nginx/default.nix": "{ }",
    "/home/ann/other/.git/HEAD": "ref: refs/heads/main",
    "/home/ann/other/docs/page.md": "",
    "/home/ann/flake.nix": "{ }",
    "/srv/inventory-only/inventory/prod.yaml": "hosts: {}",
    "/srv/code/inventory/merge.ts": "",
  });
});

const find = (from: string, named?: string) => findProjectRoot({ from, named, home: "/home/ann" });

describe("the project's folder", () => {
  test("is the nearest one above with a flake", async () => {
    expect(await find("/home/ann/fleet/modules/nginx")).toEqual({ ok: true, value: "/home/ann/fleet" });
  });

  test("may have nothing but an inventory", async () => {
    expect(await find("/srv/inventory-only")).toEqual({ ok: true, value: "/srv/inventory-only" });
  });

  test("is not looked for beyond the git root", async () => {
    expect(await find("/home/ann/other/docs")).toMatchObject({ ok: false, error: { code: "inventory/no-project" } });
  });

  test("is not a folder of code that is called inventory", async () => {
    expect(await find("/srv/code")).toMatchObject({ ok: false, error: { code: "inventory/no-project" } });
  });

  test("is the one that was named, and that must be a folder", async () => {
    expect(await find("/home/ann/other", "../fleet")).toEqual({ ok: true, value: "/home/ann/fleet" });
    expect(await find("/home/ann", "fleet/flake.nix")).toMatchObject({
      ok: false,
      error: { what: expect.stringContaining("is not a folder") },
    });
    expect(await find("/home/ann", "nowhere")).toMatchObject({
      ok: false,
      error: { what: expect.stringContaining("does not exist") },
    });
  });
});
