/** Makes and reads files with signing keys. */
import { generateKeyPairSync } from "node:crypto";
import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { parseSecretKey, type SecretKey, secretKeyText } from "../../domain/nix/signing-key.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { SigningKeys } from "../../ports/signing-keys.ts";
import { defaultKeyFile, readKeyFile } from "./key-file.ts";
import type { NixSettings } from "./settings.ts";

type Environment = NixSettings["env"];

export const signingKeys = (env: Environment): SigningKeys => ({
  defaultFile: defaultKeyFile(env),
  generate: generateKeyFile,
  read: readKeyFile,
});

/** The file appears whole or not at all, and only where none is: a lost key cannot be made again. */
async function generateKeyFile(name: string, file: string): Promise<Result<SecretKey>> {
  const text = newSecretKey(name);
  const key = parseSecretKey(text);
  if (key === undefined) throw new Error("the new key is not one");
  const temporary = `${file}.new-${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(`${text}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, file);
    return ok(key);
  } catch (error) {
    return err(writeFailure(error, file));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Ed25519 as Nix keeps it: the seed and the public half behind each other. */
function newSecretKey(name: string): string {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (d === undefined || x === undefined) throw new Error("an Ed25519 key without its parts");
  return secretKeyText(name, Buffer.from(d, "base64url"), Buffer.from(x, "base64url"));
}

function writeFailure(error: unknown, file: string): Failure {
  if (error instanceof Error && "code" in error && error.code === "EEXIST") {
    return failure("nix/key-exists", "there is a signing key already", {
      found: file,
      next: "Keep using it (`nixfleet keys show`), or name another file with --out.",
    });
  }
  return failure("nix/key-missing", "the signing key cannot be written", {
    expected: `a new file ${file}`,
    found: error instanceof Error ? error.message : String(error),
    next: "Name another file with --out.",
  });
}
