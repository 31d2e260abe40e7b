/** The folder of a new project: files, git, flake.lock. */
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NewFolder } from "../../ports/new-project.ts";
import { nixInstallation } from "../nix/installation.ts";
import type { NixSettings } from "../nix/settings.ts";
import { runProcess } from "../process/run.ts";

/** Fetching nixpkgs over a slow line takes minutes. */
const LOCK_TIMEOUT_MS = 15 * 60_000;
const GIT_TIMEOUT_MS = 60_000;

/** @param path absolute */
export const newFolder = (path: string, settings: NixSettings): NewFolder => ({
  path,
  existing: (paths) => existing(path, paths),
  write: (texts) => write(path, texts),
  ensureRepository: () => ensureRepository(path),
  track: async (paths) => {
    if (paths.length === 0) return ok(undefined);
    const added = await git(path, ["add", "--", ...paths]);
    return added.kind === "done" ? ok(undefined) : err(refused("git add", added));
  },
  lock: (signal) => lock(path, settings, signal),
});

async function existing(folder: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(paths.map((path) => exists(join(folder, path))));
  return new Set(paths.filter((_path, index) => found[index]));
}

async function write(folder: string, texts: ReadonlyMap<string, string>): Promise<Result<void>> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [path, text] of texts) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { flag: "wx" });
    }
    return ok(undefined);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return err(failure("init/not-written", `the project cannot be written to ${folder}`, { found }));
  }
}

async function ensureRepository(folder: string): Promise<Result<"made" | "present" | "missing">> {
  const inside = await git(folder, ["rev-parse", "--is-inside-work-tree"]);
  if (inside.kind === "done") return ok("present");
  if (inside.kind === "missing") return ok("missing");
  const made = await git(folder, ["init", "--quiet"]);
  return made.kind === "done" ? ok("made") : err(refused("git init", made));
}

async function lock(folder: string, settings: NixSettings, signal: AbortSignal): Promise<Result<void> | undefined> {
  const nix = await nixInstallation(settings, signal);
  if (!nix.ok) return nix.error.code === "nix/missing" ? undefined : nix;
  const call = await nix.value.run({ args: ["flake", "lock", folder], signal, timeoutMs: LOCK_TIMEOUT_MS });
  return call.ok ? ok(undefined) : err(call.error.failure);
}

type GitAnswer = { readonly kind: "done" | "missing" } | { readonly kind: "refused"; readonly said: string };

async function git(folder: string, args: readonly string[]): Promise<GitAnswer> {
  const outcome = await runProcess({
    file: "git",
    args: ["-C", folder, ...args],
    signal: new AbortController().signal,
    timeoutMs: GIT_TIMEOUT_MS,
  });
  if (outcome.kind === "not-started") return { kind: "missing" };
  if (outcome.kind === "exited" && outcome.code === 0) return { kind: "done" };
  return { kind: "refused", said: outcome.stderr.trim() };
}

const refused = (what: string, answer: GitAnswer) =>
  failure("init/not-written", `${what} failed`, answer.kind === "refused" ? { detail: answer.said } : {});

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
