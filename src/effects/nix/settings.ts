/** What a builder is made with. */
import type { InputOverride } from "../../domain/nix/input-override.ts";

export interface NixSettings {
  /** Folder with the fleet's flake.nix. */
  readonly projectRoot: string;
  /** Flake reference of a fleet that does not lie on this machine, such as github:owner/repo; instead of the folder. */
  readonly remoteFlake?: string;
  /** URL of the store that holds what CI built. */
  readonly cacheUrl?: string;
  /** For caches: wrappers, evaluations, signatures. Everything in it can be made again. */
  readonly cacheDir: string;
  /** For gc roots. */
  readonly stateDir: string;
  /** `PATH`, `NIXFLEET_NIX` and what Nix itself reads. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Other sources for inputs of the fleet's flake. */
  readonly overrides: readonly InputOverride[];
  /** The fleet's secret key as the inventory names it. NIXFLEET_SIGNING_KEY goes before it; a default file comes last. */
  readonly signingKeyFile?: string;
}
