/** The project template, and where NixFleet itself lies: both from the running package, so that no network is needed. */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { ProjectTexts } from "../../domain/init/new-project.ts";
import { fileUrl } from "../../domain/nix/flake-url.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";

export async function templateTexts(): Promise<ProjectTexts> {
  const folder = join(packageRoot(import.meta.dirname), "templates/default");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.sort().map(async (file) => [relative(folder, file), await readFile(file, "utf8")] as const),
    ),
  );
}

export const ownSource = async (): Promise<string> => folderSource(packageRoot(import.meta.dirname));

/** A folder becomes a reference to it; anything that looks like a flake reference stays as it is. */
export async function sourceOf(typed: string, cwd: string): Promise<Result<string>> {
  if (/^[a-z][a-z0-9+]*:/.test(typed)) return ok(typed);
  const folder = resolve(cwd, typed);
  const there = await stat(join(folder, "flake.nix")).then(
    (info) => info.isFile(),
    () => false,
  );
  if (there) return ok(folderSource(folder));
  return err(
    failure("init/bad-source", `${typed} is neither a flake reference nor the folder of a flake`, {
      expected: "such as git+https://…, github:OWNER/REPO, or a folder with a flake.nix",
    }),
  );
}

/** Of a checkout only what git knows; anything else as it lies there. */
const folderSource = (folder: string): string =>
  existsSync(join(folder, ".git")) ? `git+${fileUrl(folder, true)}` : `path:${fileUrl(folder, false)}`;

// From the sources and from a bundle alike: the nearest folder above that has the template.
function packageRoot(from: string): string {
  if (existsSync(join(from, "templates/default/flake.nix"))) return from;
  if (dirname(from) === from) throw new Error("the package of nixfleet is incomplete: templates/default is missing");
  return packageRoot(dirname(from));
}
