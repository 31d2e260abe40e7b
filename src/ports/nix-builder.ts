/** Nix on the machine that runs the CLI: evaluate, build, sign, copy. */
import type { HostName, StorePath } from "../domain/ids.ts";
import type { Manifest } from "../domain/manifest/manifest.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";

export interface NixBuilder {
  /** Identifies the fleet's source: locked reference, revision and whether the tree was dirty. */
  source(): Promise<Result<FleetSource>>;
  /**
   * Evaluates the closures of these hosts. One bad host does not sink the others: its entry holds the failure.
   * An unchanged fleet (same source, lock, inventory and Nix) is answered from the cache without evaluating.
   */
  evaluate(request: EvaluateRequest): Promise<Result<ReadonlyMap<HostName, Result<EvaluatedHost>>>>;
  /** Builds what is missing. One failing derivation does not stop the others. */
  build(hosts: readonly EvaluatedHost[], options: BuildOptions): Promise<ReadonlyMap<HostName, Result<BuiltHost>>>;
  /** Signs the closures of these paths with the fleet's key; does nothing for paths that have the signature. */
  sign(paths: readonly StorePath[], signal: AbortSignal): Promise<Result<void>>;
  /** Copies closures to the daemon behind a unix socket; only what is missing travels. */
  copy(request: CopyRequest): Promise<Result<CopyOutcome>>;
  /** Keeps paths alive until released, for a saved plan or a run. */
  addRoot(name: string, paths: readonly StorePath[]): Promise<Result<void>>;
}

export interface FleetSource {
  /** Locked flake reference, for the plan. */
  readonly reference: string;
  /** Git revision, absent outside git. */
  readonly revision?: string;
  readonly dirty: boolean;
  /** Digest over source, flake.lock and Nix version: equal digests evaluate equally. */
  readonly digest: string;
}

export interface EvaluateRequest {
  readonly source: FleetSource;
  /** The resolved inventory as canonical JSON. */
  readonly inventoryJson: string;
  readonly hosts: readonly HostName[];
  readonly signal: AbortSignal;
  readonly onProgress?: (line: BuildProgress) => void;
}

export interface EvaluatedHost {
  readonly host: HostName;
  readonly drvPath: string;
  readonly outPath: StorePath;
  readonly system: string;
}

export interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface BuildProgress {
  readonly kind: "evaluate" | "build" | "fetch" | "copy" | "log";
  readonly text: string;
  readonly done?: number;
  readonly expected?: number;
}

export interface BuiltHost {
  readonly host: HostName;
  readonly system: StorePath;
  readonly manifest: Manifest;
}

export interface CopyRequest {
  readonly host: HostName;
  readonly paths: readonly StorePath[];
  /** Local path of the host's daemon socket; absent when the target is this machine's own store. */
  readonly socket?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface CopyOutcome {
  readonly copiedPaths: number;
  readonly copiedBytes: number;
}

export type { Failure };
