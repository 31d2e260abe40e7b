/** Nix on the machine that runs the CLI: evaluate, build, sign, copy. */
import type { ClosurePath } from "../domain/closure/compare.ts";
import type { HostName, StorePath } from "../domain/ids.ts";
import type { Manifest } from "../domain/manifest/manifest.ts";
import type { ManagedSecret } from "../domain/manifest/secrets.ts";
import type { HostAnswer } from "../domain/nix/answer.ts";
import type { LockedInput } from "../domain/nix/expression.ts";
import type { LockChange } from "../domain/nix/lock-file.ts";
import type { NixProgress } from "../domain/nix/log.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { StoreFiles } from "./store-files.ts";

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
  /**
   * Whether this machine's Nix builds for a system: its own, one that it emulates, or one that its configuration has remote
   * builders for.
   */
  buildsHere(system: string, signal: AbortSignal): Promise<Result<boolean>>;
  /** Every path of a closure in a store; this machine's, unless told otherwise. Fails with `nix/closure-unknown`. */
  closure(path: StorePath, signal: AbortSignal, store?: OtherStore): Promise<Result<readonly ClosurePath[]>>;
  /** Those of the paths that a store has; this machine's, unless told otherwise. Fails with `nix/store-unknown`. */
  present(
    paths: readonly StorePath[],
    signal: AbortSignal,
    store?: OtherStore,
  ): Promise<Result<ReadonlySet<StorePath>>>;
  /** The closures of hosts that a store has already, with their manifests: nothing is built. */
  describe(hosts: readonly EvaluatedHost[], store: OtherStore): Promise<ReadonlyMap<HostName, Result<BuiltHost>>>;
  /** Names of the keys that have signed a path of a store; empty when nobody has. Fails with `nix/closure-unknown`. */
  signedBy(path: StorePath, store: OtherStore, signal: AbortSignal): Promise<Result<readonly string[]>>;
  /** Keeps the manifest of a closure that lies in another store, for when the plan is carried out. */
  keepManifest(closure: BuiltHost): Promise<void>;
  /** Reads files of another store. */
  filesOf(store: OtherStore): StoreFiles;
  /** Sees to it that closures are in the store of a daemon, and builds them there when they are not. */
  realise(request: RealiseRequest): Promise<Result<"there" | "built">>;
  /** Copies closures to any store; what a builder made is signed with the fleet's key first. Fails with `nix/push-failed`. */
  push(request: PushRequest): Promise<Result<CopyOutcome>>;
  /**
   * Brings closures of another store into this machine's, where the fleet's key has signed them; what a builder made is signed
   * with it first. Fails with `nix/unsigned-path` and with what copies fail with.
   */
  fetch(request: FetchRequest): Promise<Result<CopyOutcome>>;
  /** What the fleet's Nix declares as secrets of hosts; starts Nix. */
  declaredSecrets(
    request: Omit<EvaluateRequest, "onProgress">,
  ): Promise<Result<ReadonlyMap<HostName, readonly ManagedSecret[]>>>;
  /** Signs the closures of these paths with the fleet's key; does nothing for what it has signed already. */
  sign(paths: readonly StorePath[], signal: AbortSignal): Promise<Result<void>>;
  /** Copies closures to the daemon behind a unix socket; only what is missing travels. */
  copy(request: CopyRequest): Promise<Result<CopyOutcome>>;
  /** Gives a host the fleet's signatures of paths that it has without them; both stores have these paths. */
  lendSignatures(request: LendRequest): Promise<Result<void>>;
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

/** A Nix store that is not this machine's: behind a daemon's forwarded socket, or the fleet's cache. */
export type OtherStore = DaemonStore | { readonly kind: "cache" };

export interface DaemonStore {
  readonly kind: "daemon";
  /** Local path of the socket. */
  readonly socket: string;
}

export interface BuildOptions {
  /** Builds there, and leaves the result there; on this machine when left out. */
  readonly at?: DaemonStore;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Told once of each closure that is whole, as soon as that is known: others may still be built. */
  readonly onBuilt?: (host: EvaluatedHost) => void;
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
  /** Where the closures lie; in this machine's store when left out. Otherwise they pass through without being kept here. */
  readonly from?: OtherStore;
  /** The host fetches from its own binary caches first, and only what is left travels. */
  readonly substitutes?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface LendRequest {
  readonly paths: readonly StorePath[];
  /** Local path of the host's daemon socket. */
  readonly socket: string;
  readonly signal: AbortSignal;
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
  /** What the host fetched by itself; only where it was to substitute. */
  readonly fetched?: FetchOutcome;
}

export interface FetchOutcome {
  readonly paths: number;
  readonly bytes: number;
  /** What was wrong with the caches, other than that they lack something. */
  readonly trouble?: string;
}

export interface RealiseRequest {
  readonly host: HostName;
  readonly paths: readonly StorePath[];
  /** What builds them, in this machine's store. */
  readonly derivations: readonly string[];
  readonly at: DaemonStore;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface FetchRequest {
  readonly host: HostName;
  readonly paths: readonly StorePath[];
  readonly from: OtherStore;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface PushRequest {
  readonly paths: readonly StorePath[];
  /** Where the closures lie; in this machine's store when left out. Otherwise they pass through without being kept here. */
  readonly from?: OtherStore;
  /** Any store URL of Nix. */
  readonly url: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}
