/** Programs of the machine that runs the CLI. */
import type { Result } from "../domain/outcome/result.ts";

export interface Workstation {
  /** Version of Node, such as 24.1.0. */
  readonly node: string;
  /** What `ssh -V` says; undefined when there is none. */
  ssh(): Promise<string | undefined>;
  /** The Nix that would be used. Fails with `nix/missing`, `nix/unusable` or `nix/too-old`. */
  nix(signal: AbortSignal): Promise<Result<{ readonly version: string; readonly path: string }>>;
}
