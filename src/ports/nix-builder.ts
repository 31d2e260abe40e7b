/** Nix on the machine that runs the CLI: evaluate, build, sign, copy. */
import type { ClosurePath } from "../domain/closure/compare.ts";
import type { HostName, StorePath } from "../domain/ids.ts";
import type { Manifest } from "../domain/manifest/manifest.ts";
import type { HostAnswer } from "../domain/nix/answer.ts";
import type { LockedInput } from "../domain/nix/expression.ts";
import type { LockChange } from "../domain/nix/lock-file.ts";
import type { NixProgress } from "../domain/nix/log.ts";
import type { Result } from "../domain/outcome/result.ts";

export interface NixBuilder {
  /** Identifies the fleet's source. A clean git tree, or one seen before, is known without starting Nix. */
  source(signal: AbortSignal): Promise<Result<FleetSource>>;
  /** The same source with newer versions of these inputs. Nothing is written before the lock is kept. */
  updateInputs(request: {
    readonly source: FleetSource;
    readonly names: readonly string[];
    readonly signal: AbortSignal;
  }): Promise<Result<UpdatedSource>>;
  /** Writes flake.lock. Fails with `nix/lock-moved` when it is no longer the one that this one was made from. */
  keepLock(lock: LockChange): Promise<Result<void>>;
  /**
   * Evaluates the closures of these hosts. One bad host does not sink the others: its entry holds the failure. An error
   * of the flake as a whole is the failure of the call. An unchanged fleet (same source, lock, inventory and Nix) is
   * answered from the cache without starting Nix.
   */
  evaluate(request: EvaluateRequest): Promise<Result<ReadonlyMap<HostName, Result<EvaluatedHost>>>>;
  /**
   * Builds what is missing, and keeps the closures of the last few builds from garbage collection. One failing derivation
   * does not stop the others.
   */
  build(hosts: readonly EvaluatedHost[], options: BuildOptions): Promise<ReadonlyMap<HostName, Result<BuiltHost>>>;
  /** Every path of a closure in this machine's store. Fails with `nix/closure-unknown`. */
  closure(path: StorePath, signal: AbortSignal): Promise<Result<readonly ClosurePath[]>>;
  /** Signs the closures of these paths with the fleet's key; does nothing for what it has signed already. */
  sign(paths: readonly StorePath[], signal: AbortSignal): Promise<Result<void>>;
  /** Copies closures to the daemon behind a unix socket; only what is missing travels. */
  copy(request: CopyRequest): Promise<Result<CopyOutcome>>;
  /**
   * Keeps paths alive under a name (a letter or digit, then also `.`, `_` and `-`) until the root is removed. Of many
   * names the newest are kept.
   */
  addRoot(name: string, paths: readonly StorePath[], signal: AbortSignal): Promise<Result<void>>;
  /** Does nothing when there is no such root. */
  removeRoot(name: string): Promise<Result<void>>;
  /**
   * Proves whom a host's daemon believes: offers it a path that nobody signed, and one that the fleet's key signed. Each is
   * a few hundred bytes of garbage for the next collection.
   */
  probeTrust(request: Omit<CopyRequest, "paths" | "onProgress">): Promise<Result<TrustProof>>;
  /** Makes or replaces a link (an absolute path) to a store path; it keeps the path alive until it is removed. */
  link(link: string, path: StorePath, signal: AbortSignal): Promise<Result<void>>;
}

export interface FleetSource {
  /** Locked flake reference, for the plan. */
  readonly reference: string;
  /** The same as attributes of a flake input. */
  readonly input: LockedInput;
  /** Overrides of the fleet's inputs as arguments of Nix, locked. */
  readonly overrides: readonly string[];
  /** Git revision of the last commit; absent outside git. */
  readonly revision?: string;
  /** Whether tracked files differ from that commit; true outside git. */
  readonly dirty: boolean;
  /** Digest over source, flake.lock, overrides and Nix version: equal digests evaluate equally. */
  readonly digest: string;
  /** What its owner should know, such as Nix files that git does not track and Nix therefore ignores. */
  readonly warnings: readonly string[];
}

export interface UpdatedSource {
  readonly source: FleetSource;
  readonly lock: LockChange;
}

export interface EvaluateRequest {
  readonly source: FleetSource;
  /** The resolved inventory in the form of backends/contract/evaluation.md, as canonical JSON. */
  readonly inventoryJson: string;
  readonly hosts: readonly HostName[];
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export type EvaluatedHost = HostAnswer;

export interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** Raw text of Nix and of builders: renderers escape it. */
export type BuildProgress =
  | NixProgress
  | { readonly kind: "evaluate"; readonly text: string; readonly done: number; readonly expected: number };

export interface BuiltHost {
  readonly host: HostName;
  readonly system: StorePath;
  /** Null for a NixOS system of the flake's own (`flakeAttr`), of which nothing is listed. */
  readonly manifest: Manifest | null;
  /** For NixOS hosts: what holds the manifest, and links to the system. */
  readonly description?: StorePath;
}

export interface CopyRequest {
  readonly host: HostName;
  readonly paths: readonly StorePath[];
  /** Local path of the host's daemon socket; absent when the target is this machine's own store. */
  readonly socket?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface TrustProof {
  /** "no-key": this machine has no signing key to prove it with. */
  readonly signed: "accepted" | "refused" | "no-key";
  readonly unsigned: "accepted" | "refused";
}

export interface CopyOutcome {
  /** Store paths that travelled; 0 when the host had them all. */
  readonly copiedPaths: number;
  /** Size of their contents before the transport's own encoding. */
  readonly copiedBytes: number;
}
