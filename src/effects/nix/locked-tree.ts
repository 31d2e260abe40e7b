/** Puts a tree that no revision names into the store, and remembers which tree became which path. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeEvaluationError } from "../../domain/nix/evaluation-error.ts";
import { evaluationFailure } from "../../domain/nix/evaluation-failure.ts";
import type { NixTrouble } from "../../domain/nix/trouble.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { RunNix } from "./command.ts";
import { readJsonFile, writeJsonFile } from "./json-file.ts";

const lockedTree = z.object({
  storePath: z.string().startsWith("/nix/store/"),
  narHash: z.string(),
  lastModified: z.number(),
});
export type LockedTree = z.infer<typeof lockedTree>;

export interface TreeRequest {
  /** Flake reference of the tree as it lies there. */
  readonly url: string;
  /** Stands for the tree's content; undefined when it is not known. */
  readonly fingerprint: string | undefined;
  /** Folder that holds the flake.nix, to name it in errors. */
  readonly flakeFolder: string;
  readonly cacheDir: string;
  readonly run: RunNix;
  readonly signal: AbortSignal;
}

/** @param ask how Nix is asked for the tree when it is not remembered */
export async function lockTree(
  request: TreeRequest,
  ask: (request: TreeRequest) => Promise<Result<LockedTree>>,
): Promise<Result<LockedTree>> {
  if (request.fingerprint === undefined) return ask(request);
  const file = join(request.cacheDir, "trees", `${request.fingerprint}.json`);
  const known = await readJsonFile(file, lockedTree);
  if (known !== undefined && existsSync(known.storePath)) return ok(known);
  const answer = await ask(request);
  if (answer.ok) await writeJsonFile(file, answer.value);
  return answer;
}

const TIMEOUT_MS = 600_000;

const prefetchSchema = z.object({ hash: z.string(), storePath: z.string().startsWith("/nix/store/") });

/** For any tree, a flake or not. */
export async function prefetchTree({ url, run, signal }: TreeRequest): Promise<Result<LockedTree>> {
  const answer = await run({ args: ["flake", "prefetch", "--json", url], signal, timeoutMs: TIMEOUT_MS });
  if (!answer.ok) return err(answer.error.failure);
  const parsed = prefetchSchema.safeParse(JSON.parse(answer.value.stdout));
  if (!parsed.success) return err(notUnderstood("nix flake prefetch", parsed.error));
  return ok({ storePath: parsed.data.storePath, narHash: parsed.data.hash, lastModified: 0 });
}

const metadataSchema = z.object({
  path: z.string().startsWith("/nix/store/"),
  locked: z.object({ narHash: z.string().optional() }),
  lastModified: z.number().default(0),
});

/** For a flake: Nix also checks that flake.lock fits flake.nix, and refuses to change it. */
export async function flakeTree({ url, flakeFolder, run, signal }: TreeRequest): Promise<Result<LockedTree>> {
  const args = ["flake", "metadata", "--json", "--no-update-lock-file", url];
  const answer = await run({ args, signal, timeoutMs: TIMEOUT_MS });
  if (!answer.ok) return err(flakeFailure(answer.error, flakeFolder));
  const parsed = metadataSchema.safeParse(JSON.parse(answer.value.stdout));
  if (!parsed.success) return err(notUnderstood("nix flake metadata", parsed.error));
  const { path, locked, lastModified } = parsed.data;
  return ok({ storePath: path, narHash: locked.narHash ?? "", lastModified });
}

const LOCK_CHANGES = /requires lock file changes|cannot (?:write|update) .*lock file|lock file .* not allowed/is;

/** Words an error that Nix meets while it reads a flake and its lock file. */
export function flakeFailure({ failure: cause, log }: NixTrouble, flakeFolder: string): Failure {
  if (cause.code !== "nix/command-failed") return cause;
  if (LOCK_CHANGES.test(`${cause.what}\n${cause.detail ?? ""}`)) {
    return failure("nix/lock-outdated", "flake.lock does not match the inputs in flake.nix", {
      ...(cause.detail === undefined ? {} : { detail: cause.detail }),
      next: "Run `nix flake lock` and commit flake.lock.",
    });
  }
  const isOwn = (file: string) => isFlakeFile(file) || file === join(flakeFolder, "flake.nix");
  const error = describeEvaluationError(log.errors, isOwn);
  if (error !== undefined) return evaluationFailure(error, undefined, (file) => ownFlakeFile(file, flakeFolder));
  return failure("nix/flake-failed", `Nix cannot read the flake: ${cause.what}`, {
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
    next: "Repair flake.nix; `nix flake metadata` meets the same error.",
  });
}

// Nix reads only flake.nix here, from a copy whose path the error alone tells; since 2.34 it names the file itself.
const isFlakeFile = (file: string): boolean => /^\/nix\/store\/[^/]+-source\/.*flake\.nix$/.test(file);

const ownFlakeFile = (file: string, folder: string): string => (isFlakeFile(file) ? join(folder, "flake.nix") : file);

export const notUnderstood = (command: string, error: z.ZodError): Failure =>
  failure("nix/source-failed", `the answer of \`${command}\` is not understood`, { detail: z.prettifyError(error) });
