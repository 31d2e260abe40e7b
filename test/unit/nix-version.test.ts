import { describe, expect, test } from "vitest";
import { capabilitiesOf } from "../../src/domain/nix/capabilities.ts";
import { type NixVersion, parseNixVersion } from "../../src/domain/nix/version.ts";

describe("the version of Nix", () => {
  test.each([
    ["nix (Nix) 2.8.0\n", { flavour: "nix", major: 2, minor: 8 }],
    ["nix (Nix) 2.26.3+2", { flavour: "nix", major: 2, minor: 26 }],
    ["nix (Nix) 2.34.0pre20260101_abcdef", { flavour: "nix", major: 2, minor: 34 }],
    ["nix (Lix, like Nix) 2.93.0", { flavour: "lix", major: 2, minor: 93 }],
    ["nix (Lix, like Nix) 2.90.0-lix", { flavour: "lix", major: 2, minor: 90 }],
    ["nix (Lix, like Nix) 2.93.0\nSystem type: x86_64-linux", { flavour: "lix", major: 2, minor: 93 }],
    ["nix (Determinate Nix 3.1.0) 2.28.2", { flavour: "determinate", major: 2, minor: 28 }],
    ["nix (Determinate Nix 3.22.3) 2.35.2", { flavour: "determinate", major: 2, minor: 35 }],
    ["nix (Somebody's) 3.0", { flavour: "unknown", major: 3, minor: 0 }],
    ["nix but renamed 2.94.1", { flavour: "unknown", major: 2, minor: 94 }],
  ])("%j is understood", (text, expected) => {
    expect(parseNixVersion(text)).toMatchObject(expected);
  });

  test.each(["", "zsh: command not found: nix", "nix 2.8", "nix (Nix) two"])("%j is no version", (text) => {
    expect(parseNixVersion(text)).toBeUndefined();
  });
});

describe("what a version can do", () => {
  const version = (major: number, minor: number, flavour: NixVersion["flavour"] = "nix"): NixVersion => ({
    ...{ flavour, major, minor },
    text: "",
  });

  test.each([
    [version(2, 7), { supported: false, caretOutputs: false }],
    [version(2, 8), { supported: true, caretOutputs: false, encodedPaths: false, untrustedSigning: false }],
    [version(2, 13), { caretOutputs: true, untrustedSigning: false }],
    [version(2, 17), { caretOutputs: true, untrustedSigning: true, encodedPaths: false }],
    [version(2, 32), { jsonFormats: false }],
    [version(2, 33), { jsonFormats: true }],
    [version(3, 0), { supported: true, caretOutputs: true, untrustedSigning: true, encodedPaths: true }],
  ])("follows from its number: %j", (of, expected) => {
    expect(capabilitiesOf(of)).toMatchObject(expected);
  });

  test("of Lix is what Nix could when Lix left it, however high its number", () => {
    expect(capabilitiesOf(version(2, 93, "lix"))).toEqual(capabilitiesOf(version(2, 18)));
  });

  test("of Determinate Nix is what the Nix can that it is built on", () => {
    expect(capabilitiesOf(version(2, 28, "determinate"))).toEqual(capabilitiesOf(version(2, 28)));
  });

  test("of a Nix that nobody knows follows from its number, but for what would quietly go wrong", () => {
    expect(capabilitiesOf(version(2, 34, "unknown"))).toEqual({
      ...capabilitiesOf(version(2, 34)),
      encodedPaths: false,
      jsonFormats: false,
    });
  });
});
