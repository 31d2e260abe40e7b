/** Which source the fleet has right now, as a locked input. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { firstNixWith } from "../../domain/nix/capabilities.ts";
import type { LockedInput } from "../../domain/nix/expression.ts";
import { fileUrl } from "../../domain/nix/flake-url.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { FleetSource } from "../../ports/nix-builder.ts";
import { type GitTree, gitTree } from "./git-tree.ts";
import type { NixInstallation } from "./installation.ts";
import { flakeTree, lockTree } from "./locked-tree.ts";
import { lockedOverrides } from "./overrides.ts";
import { remoteSource } from "./remote-source.ts";
import type { NixSettings } from "./settings.ts";
import { lockedSource, sha256 } from "./source-digest.ts";
import { filesFingerprint, treeFingerprint } from "./tree-fingerprint.ts";

/**
 * A clean git tree is its revision; any other tree is put into the store, once for each state it is in.
 * Fails with `nix/flake-missing`, `nix/lock-missing`, `nix/flake-untracked`, `nix/lock-outdated` or `nix/source-failed`.
 */
export async function fleetSource(
  nix: NixInstallation,
  settings: NixSettings,
  signal: AbortSignal,
): Promise<Result<FleetSource>> {
  if (settings.remoteFlake !== undefined) return remoteSource(settings.remoteFlake, nix, settings, signal);
  const missing = missingFile(settings.projectRoot);
  if (missing !== undefined) return err(missing);
  const [git, overrides] = await Promise.all([
    gitTree(settings.projectRoot, signal),
    lockedOverrides(nix, settings, signal),
  ]);
  if (!git.ok) return git;
  if (!overrides.ok) return overrides;
  const tree = git.value;
  const untracked = tree === undefined ? undefined : untrackedFlake(tree);
  if (untracked !== undefined) return err(untracked);
  const input = await lockedInput(tree, nix, settings, signal);
  if (!input.ok) return input;
  const revision = tree?.status.revision;
  return ok({
    ...lockedSource(input.value, overrides.value, nix),
    ...(revision === undefined ? {} : { revision }),
    dirty: tree === undefined || isDirty(tree),
    warnings: tree === undefined ? [] : untrackedNixFiles(tree),
  });
}

function missingFile(projectRoot: string): Failure | undefined {
  if (!existsSync(join(projectRoot, "flake.nix"))) {
    return failure("nix/flake-missing", "the fleet has no flake.nix", {
      expected: join(projectRoot, "flake.nix"),
      next: "Run the command in the fleet's folder, or make a fleet with `nixfleet init`.",
    });
  }
  if (existsSync(join(projectRoot, "flake.lock"))) return undefined;
  return failure("nix/lock-missing", "the fleet has no flake.lock, so what it is made of is not fixed", {
    expected: join(projectRoot, "flake.lock"),
    next: "Run `nix flake lock` in the fleet's folder and commit flake.lock.",
  });
}

const inFleet = (tree: GitTree, path: string): string | undefined => {
  if (tree.folder === "") return path;
  return path.startsWith(`${tree.folder}/`) ? path.slice(tree.folder.length + 1) : undefined;
};

function untrackedFlake(tree: GitTree): Failure | undefined {
  const unseen = tree.status.untracked.map((path) => inFleet(tree, path));
  const files = ["flake.nix", "flake.lock"].filter((name) => unseen.includes(name));
  if (files.length === 0) return undefined;
  return failure("nix/flake-untracked", `git does not track ${files.join(" and ")}, so Nix does not see it`, {
    next: `Run \`git add ${files.join(" ")}\` in the fleet's folder.`,
  });
}

function untrackedNixFiles(tree: GitTree): readonly string[] {
  const names = tree.status.untracked.flatMap((path) => inFleet(tree, path) ?? []);
  const unseen = names.filter((name) => name.endsWith(".nix"));
  return unseen.map((name) => `${name} is not tracked by git, so Nix does not see it; next: git add ${name}`);
}

const isDirty = ({ status }: GitTree): boolean => status.revision === undefined || status.changed.length > 0;

async function lockedInput(
  tree: GitTree | undefined,
  nix: NixInstallation,
  settings: NixSettings,
  signal: AbortSignal,
): Promise<Result<LockedInput>> {
  const revision = tree?.status.revision;
  if (tree !== undefined && revision !== undefined && !isDirty(tree)) return ok(gitInput(tree, revision));
  const root = tree?.root ?? settings.projectRoot;
  const url = treeUrl(root, tree);
  if (encodeURI(root) !== root && !nix.capabilities.encodedPaths) return err(awkwardPath(root, nix));
  const fingerprint = tree === undefined ? await treeFingerprint(root) : await dirtyFingerprint(tree);
  const locked = await lockTree(
    { url, fingerprint, flakeFolder: settings.projectRoot, cacheDir: settings.cacheDir, run: nix.run, signal },
    flakeTree,
  );
  if (!locked.ok) return locked;
  const { storePath, narHash, lastModified } = locked.value;
  return ok({ type: "path", path: storePath, narHash, lastModified, ...(tree?.folder ? { dir: tree.folder } : {}) });
}

function treeUrl(root: string, tree: GitTree | undefined): string {
  if (tree === undefined) return `path:${fileUrl(root, false)}`;
  const folder = tree.folder === "" ? "" : `?dir=${encodeURIComponent(tree.folder)}`;
  return `git+${fileUrl(root, true)}${folder}`;
}

const gitInput = (tree: GitTree, rev: string): LockedInput => ({
  type: "git",
  url: fileUrl(tree.root, true),
  rev,
  ...(tree.folder === "" ? {} : { dir: tree.folder }),
  ...(tree.shallow ? { shallow: true } : {}),
});

async function dirtyFingerprint({ root, folder, status }: GitTree): Promise<string> {
  const files = await filesFingerprint(root, status.changed);
  return sha256(canonicalJson([root, folder, status.revision ?? "", status.fingerprint, files]));
}

const awkwardPath = (path: string, nix: NixInstallation): Failure =>
  failure("nix/source-failed", "this Nix cannot read a changed tree in a folder with such a name", {
    expected: `Nix ${firstNixWith("encodedPaths")}, or a path of letters, digits and common signs`,
    found: `${nix.version.text}; ${path}`,
    next: "Commit the changes, move the fleet, or install a newer Nix.",
  });
