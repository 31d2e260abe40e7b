/** Input overrides as arguments of Nix, locked so that a cache may rely on them. */
import { resolve } from "node:path";

import { fileUrl, flakeUrl } from "../../domain/nix/flake-url.ts";
import type { InputOverride } from "../../domain/nix/input-override.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";
import { lockTree, prefetchTree } from "./locked-tree.ts";
import type { NixSettings } from "./settings.ts";
import { treeFingerprint } from "./tree-fingerprint.ts";

/** `--override-input fleet/NAME URL` for each override, relative to the wrapper flake, with locked URLs. */
export async function lockedOverrides(
  nix: NixInstallation,
  settings: NixSettings,
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const args: string[] = [];
  for (const override of settings.overrides) {
    const url = await lockedUrl(override, nix, settings, signal);
    if (!url.ok) return url;
    args.push("--override-input", `fleet/${override.input}`, url.value);
  }
  return ok(args);
}

async function lockedUrl(
  { url }: InputOverride,
  nix: NixInstallation,
  settings: NixSettings,
  signal: AbortSignal,
): Promise<Result<string>> {
  if (/[?&](?:narHash|rev)=/.test(url)) return ok(url);
  const folder = localFolder(url, settings.projectRoot);
  const locked = await lockTree(
    {
      url: folder === undefined ? url : `path:${fileUrl(folder, false)}`,
      fingerprint: folder === undefined ? undefined : await treeFingerprint(folder),
      flakeFolder: settings.projectRoot,
      cacheDir: settings.cacheDir,
      run: nix.run,
      signal,
    },
    prefetchTree,
  );
  if (!locked.ok) return locked;
  return ok(flakeUrl({ type: "path", path: locked.value.storePath, narHash: locked.value.narHash }));
}

/** `/folder`, `./folder` and `path:` before them, without parameters; relative to the fleet. */
function localFolder(url: string, projectRoot: string): string | undefined {
  const path = /^(?:path:)?((?:\/|\.\.?\/)[^?#]*)$/.exec(url)?.[1];
  return path === undefined ? undefined : resolve(projectRoot, path);
}
