/** What a version of Nix can do: the one place where version numbers are compared. */
import type { NixVersion } from "./version.ts";

export interface NixCapabilities {
  /** At least the oldest version that NixFleet is tested with. */
  readonly supported: boolean;
  /** `X.drv^*` names the outputs; before, a bare `X.drv` does, and `^` is an error. */
  readonly caretOutputs: boolean;
  /** Percent-encoded characters of local paths in flake references are decoded everywhere. */
  readonly encodedPaths: boolean;
  /** Somebody who is not trusted by the daemon may add signatures to paths. */
  readonly untrustedSigning: boolean;
  /** `nix flake update NAME` updates single inputs, also into another lock file than the flake's. */
  readonly inputUpdates: boolean;
  /** `nix path-info --json` wants to be told which form its answer shall have, and warns where it is not. */
  readonly jsonFormats: boolean;
}

type Release = readonly [major: number, minor: number];

const since: Readonly<Record<keyof NixCapabilities, Release>> = {
  supported: [2, 8],
  // 2.13 understands the form, 2.15 needs it.
  caretOutputs: [2, 13],
  // 2.8 reads `git+file:///a%20b`, but then takes a dirty tree for a clean one.
  encodedPaths: [2, 20],
  untrustedSigning: [2, 17],
  inputUpdates: [2, 19],
  jsonFormats: [2, 33],
};

/** Lix left Nix here; its own numbers go on from 2.90, which says nothing about what Nix did after. */
const LIX_LEFT_AT: Release = [2, 18];

/**
 * Determinate Nix numbers itself after the Nix that it is built on; Lix counts as the Nix that it left. Of a Nix that
 * nobody knows the number is believed, but for features that would do the wrong thing, or fail, where they are missing.
 */
export function capabilitiesOf({ flavour, major, minor }: NixVersion): NixCapabilities {
  const release: Release = flavour === "lix" ? LIX_LEFT_AT : [major, minor];
  const has = (capability: keyof NixCapabilities) => !isBefore(release, since[capability]);
  return {
    supported: has("supported"),
    caretOutputs: has("caretOutputs"),
    encodedPaths: has("encodedPaths") && flavour !== "unknown",
    untrustedSigning: has("untrustedSigning"),
    inputUpdates: has("inputUpdates"),
    jsonFormats: has("jsonFormats") && flavour !== "unknown",
  };
}

const isBefore = (one: Release, other: Release): boolean =>
  one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);

/** The first release with a capability, as people write it: "2.20". */
export const firstNixWith = (capability: keyof NixCapabilities): string => since[capability].join(".");

/** The oldest Nix that NixFleet is tested with. */
export const oldestNix = firstNixWith("supported");
