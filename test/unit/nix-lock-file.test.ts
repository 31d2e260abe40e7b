import { describe, expect, test } from "vitest";
import { inputWords, lockedInputs } from "../../src/domain/nix/lock-file.ts";

const lock = JSON.stringify({
  nodes: {
    root: { inputs: { nixpkgs: "nixpkgs_2", home: "home", follower: ["nixpkgs"] } },
    nixpkgs_2: {
      locked: { type: "github", owner: "NixOS", repo: "nixpkgs", rev: "0a1b2c3d4e5f", lastModified: 1762041600 },
    },
    home: { locked: { type: "path", path: "/srv/home", narHash: "sha256-AbCdEfGhIjKl=", lastModified: 1762041600 } },
  },
  root: "root",
  version: 7,
});

describe("the inputs of a flake.lock", () => {
  test("are found by the names that the flake gives them, whatever their nodes are called", () => {
    const found = lockedInputs(lock, ["nixpkgs", "home"]);
    expect(found.ok && [...found.value.values()].map(inputWords)).toEqual([
      "0a1b2c3 of 2025-11-02",
      "AbCdEfG of 2025-11-02",
    ]);
  });

  test.each(["nixpkg", "follower"])(
    "that are not the flake's own are refused, and the known ones named: %s",
    (name) => {
      expect(lockedInputs(lock, [name])).toMatchObject({
        ok: false,
        error: { code: "nix/unknown-input", found: "the inputs follower, home, nixpkgs" },
      });
    },
  );

  test("are not guessed from a file that is no flake.lock", () => {
    for (const text of ["", "{}", "[1]"]) expect(lockedInputs(text, ["nixpkgs"])).toMatchObject({ ok: false });
  });
});
