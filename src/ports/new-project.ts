/** What a new project is made with: the template, a folder, git, and Nix if there is one. */
import type { ProjectTexts } from "../domain/init/new-project.ts";
import type { Result } from "../domain/outcome/result.ts";

export interface NewProjectPorts {
  readonly template: () => Promise<ProjectTexts>;
  /** Where this very NixFleet lies, as a flake reference: a checkout, or an installed package. */
  readonly ownSource: () => Promise<string>;
  /** A path or flake reference as typed, as a reference that holds everywhere. Fails with `init/bad-source`. */
  readonly sourceOf: (typed: string) => Promise<Result<string>>;
  readonly folder: NewFolder;
}

export interface NewFolder {
  /** Absolute. */
  readonly path: string;
  /** Which of these paths exist. */
  existing(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Writes files that are not there; one that is there is left as it is. Fails with `init/not-written`. */
  write(texts: ProjectTexts): Promise<Result<void>>;
  /** Makes a repository unless the folder is in one. "missing": there is no git. */
  ensureRepository(): Promise<Result<"made" | "present" | "missing">>;
  /** Puts files into git's index, since Nix sees no others. */
  track(paths: readonly string[]): Promise<Result<void>>;
  /** Writes flake.lock. Undefined when there is no Nix; fails when it cannot lock, for example without a network. */
  lock(signal: AbortSignal): Promise<Result<void> | undefined>;
}
