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
}

/** The oldest Nix that NixFleet is tested with. */
export const oldestNix = "2.8";

const since: Readonly<Record<keyof NixCapabilities, readonly [major: number, minor: number]>> = {
  supported: [2, 8],
  // 2.13 understands the form, 2.15 needs it.
  caretOutputs: [2, 13],
  // 2.8 reads `git+file:///a%20b`, but then takes a dirty tree for a clean one.
  encodedPaths: [2, 20],
  untrustedSigning: [2, 17],
};

/** Forks (Lix, Determinate) took over the behaviour of the Nix they number after. */
export function capabilitiesOf(version: NixVersion): NixCapabilities {
  const has = ([major, minor]: readonly [number, number]) =>
    version.major > major || (version.major === major && version.minor >= minor);
  return {
    supported: has(since.supported),
    caretOutputs: has(since.caretOutputs),
    encodedPaths: has(since.encodedPaths),
    untrustedSigning: has(since.untrustedSigning),
  };
}
