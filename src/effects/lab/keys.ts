/** The lab's own keys: one to log in, one that signs store paths, one for each machine. */
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabState } from "../../domain/lab/state.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LabPublicKeys } from "../../ports/lab.ts";
import { run } from "./command.ts";
import { hostKeyFile, labFiles } from "./lab-files.ts";

const SIGNING_KEY_NAME = "nixfleet-lab-1";

/** Makes what is missing; a key that exists whole is kept. */
export async function ensureKeys(folder: string, state: LabState, nix: string): Promise<Result<LabPublicKeys>> {
  const files = labFiles(folder);
  await mkdir(join(files.keysFolder, "hosts"), { recursive: true, mode: 0o700 });
  const login = await ensureSshKey(files.loginKey, "nixfleet-lab");
  if (!login.ok) return login;
  const signing = await ensureSigningKey(files.signingKey, files.signingKeyPublic, nix);
  if (!signing.ok) return signing;
  const host = new Map<string, string>();
  for (const { name } of state.machines) {
    const key = await ensureSshKey(hostKeyFile(folder, name), name);
    if (!key.ok) return key;
    host.set(name, key.value);
  }
  return ok({ login: login.value, signing: signing.value, host });
}

/** The public half appears last, so where it is, the pair is whole. */
async function ensureSshKey(file: string, comment: string): Promise<Result<string>> {
  if (!(await exists(`${file}.pub`))) {
    const temporary = `${file}.new`;
    await Promise.all([temporary, `${temporary}.pub`].map((path) => rm(path, { force: true })));
    const made = await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", temporary]);
    if (!made.ok) return err(failure("lab/start-failed", "ssh-keygen made no key", { detail: made.stderr }));
    await rename(temporary, file);
    await rename(`${temporary}.pub`, `${file}.pub`);
  }
  const [type = "", key = ""] = (await readFile(`${file}.pub`, "utf8")).trim().split(" ");
  return ok(`${type} ${key}`);
}

async function ensureSigningKey(secretFile: string, publicFile: string, nix: string): Promise<Result<string>> {
  if (!(await exists(publicFile))) {
    const features = ["--extra-experimental-features", "nix-command"] as const;
    const secret = await run([nix, ...features, "key", "generate-secret", "--key-name", SIGNING_KEY_NAME]);
    const half = await run([nix, ...features, "key", "convert-secret-to-public"], { input: secret.stdout });
    if (!secret.ok || !half.ok)
      return err(failure("lab/start-failed", "nix made no signing key", { detail: secret.stderr || half.stderr }));
    await writeFile(secretFile, `${secret.stdout}\n`, { mode: 0o600 });
    await writeFile(`${publicFile}.new`, `${half.stdout}\n`);
    await rename(`${publicFile}.new`, publicFile);
  }
  return ok((await readFile(publicFile, "utf8")).trim());
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
