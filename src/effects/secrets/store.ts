/** The secrets of a project: encrypted files of its repo, files of sops, and programs. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ManagedSecret, SecretSource } from "../../domain/manifest/secrets.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { SecretStore } from "../../ports/secret-store.ts";
import { decryptAge } from "./age.ts";
import { type Identities, readIdentities } from "./identities.ts";
import { runTool } from "./tool.ts";

export interface SecretSettings {
  /** The folder with the fleet's flake. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export function createSecretStore(settings: SecretSettings): SecretStore {
  const opened = new Map<string, Promise<Result<Uint8Array>>>();
  const files = new Map<string, Promise<Result<Uint8Array>>>();
  let identities: Promise<Result<Identities>> | undefined;
  const ours = (): Promise<Result<Identities>> => {
    identities ??= readIdentities(settings.env, settings.home);
    return identities;
  };
  return {
    open(secret, signal) {
      const key = JSON.stringify(secret.source);
      const known = opened.get(key);
      if (known !== undefined) return known;
      const opening = openSource(secret, { ...settings, ours, signal });
      opened.set(key, opening);
      if (secret.source.kind === "age") files.set(secret.source.file, opening);
      return opening;
    },
    async opened() {
      const values = await Promise.all([...files].map(async ([file, opening]) => [file, await opening] as const));
      return new Map(values.flatMap(([file, value]) => (value.ok ? [[file, value.value]] : [])));
    },
  };
}

interface Opening extends SecretSettings {
  readonly ours: () => Promise<Result<Identities>>;
  readonly signal: AbortSignal;
}

async function openSource(
  { name, source }: Pick<ManagedSecret, "name" | "source">,
  opening: Opening,
): Promise<Result<Uint8Array>> {
  const { root, env, signal } = opening;
  if (source.kind === "command") {
    const [file = "", ...args] = source.command;
    return runTool({ file, args, cwd: root, env, signal, needed: `the secret ${name} comes from it` });
  }
  const bytes = await readPinned(name, source, root);
  if (!bytes.ok) return bytes;
  if (source.kind === "sops") {
    const args = ["--decrypt", "--extract", sopsKey(source.key), source.file];
    const needed = `the secret ${name} is in ${source.file}`;
    return runTool({ file: "sops", args, cwd: root, env: { ...env, ...keysForSops(env) }, signal, needed });
  }
  const identities = await opening.ours();
  return identities.ok ? decryptAge(source.file, bytes.value, identities.value, signal) : identities;
}

/** Exactly the bytes that the closure was made with. */
async function readPinned(
  name: string,
  { file, sha256 }: Exclude<SecretSource, { kind: "command" }>,
  root: string,
): Promise<Result<Uint8Array>> {
  if (sha256 === null) return err(missing(name, file));
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(root, file));
  } catch (error) {
    return err(missing(name, file, (error as Error).message));
  }
  return createHash("sha256").update(bytes).digest("hex") === sha256 ? ok(bytes) : err(moved(name, file));
}

/** Whoever named an identity for us meant it for sops, too, unless sops was told one of its own. */
function keysForSops({ NIXFLEET_IDENTITY, SOPS_AGE_KEY_FILE }: SecretSettings["env"]): SecretSettings["env"] {
  const [named = ""] = (NIXFLEET_IDENTITY ?? "").split(":");
  if (named === "" || (SOPS_AGE_KEY_FILE ?? "") !== "") return {};
  return { SOPS_AGE_KEY_FILE: named, SOPS_AGE_SSH_PRIVATE_KEY_FILE: named };
}

const sopsKey = (path: string): string =>
  path
    .split("/")
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `[${JSON.stringify(part)}]`))
    .join("");

const missing = (name: string, file: string, found?: string): Failure =>
  failure("secrets/missing", `the secret ${name} has no file`, {
    expected: `${file} in the fleet's repo, known to git`,
    ...(found === undefined ? {} : { found }),
    next: `nixfleet secrets edit ${name}, or nixfleet secrets generate; then git add ${file}`,
  });

const moved = (name: string, file: string): Failure =>
  failure("secrets/moved", `${file} is not the file that the closure was made with`, {
    expected: `the encrypted secret ${name} as it was evaluated`,
    found: "other bytes",
    next: "plan again; in a git repo, git add it first",
  });
