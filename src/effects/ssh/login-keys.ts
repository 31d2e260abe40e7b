/** Finds public SSH keys in files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isKey } from "../../domain/known-hosts/parse.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LoginKeys } from "../../ports/login-keys.ts";
import { runProcess } from "../process/run.ts";

// In the order in which ssh offers them.
const USUAL = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];

/** @param home of the user */
export const loginKeys = (home: string): LoginKeys => ({
  read,
  usual: (identityFile) => (identityFile === undefined ? usual(join(home, ".ssh")) : ofIdentity(identityFile)),
});

async function read(file: string): Promise<Result<readonly string[]>> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return err(noKey(`${file} cannot be read`));
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const keys = lines.map(keyOf);
  const valid = keys.filter((key) => key !== undefined);
  return valid.length > 0 && valid.length === lines.length
    ? ok(valid)
    : err(noKey(`${file} holds something else than public SSH keys`));
}

function keyOf(line: string): string | undefined {
  const [type = "", base64 = ""] = line.trim().split(/\s+/);
  return isKey(type, base64) ? `${type} ${base64}` : undefined;
}

async function usual(folder: string): Promise<Result<readonly string[]>> {
  const found = await Promise.all(USUAL.map((name) => read(join(folder, `${name}.pub`))));
  const keys = found.flatMap((file) => (file.ok ? file.value : []));
  return keys.length > 0 ? ok(keys) : err(noKey(`${folder} holds no public key`));
}

/** Its neighbour, or the half that can be told from the private key itself. */
async function ofIdentity(file: string): Promise<Result<readonly string[]>> {
  const neighbour = await read(`${file}.pub`);
  if (neighbour.ok) return neighbour;
  const told = await runProcess({
    file: "ssh-keygen",
    args: ["-y", "-P", "", "-f", file],
    signal: new AbortController().signal,
    timeoutMs: 10_000,
  });
  const key = told.kind === "exited" && told.code === 0 ? keyOf(told.stdout) : undefined;
  return key === undefined ? neighbour : ok([key]);
}

const noKey = (found: string): Failure =>
  failure("bootstrap/no-login-key", "there is no public SSH key to log in with", {
    found,
    next: "name one with --public-key FILE, such as ~/.ssh/id_ed25519.pub",
  });
