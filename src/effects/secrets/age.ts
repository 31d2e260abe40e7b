/** Opens and makes files of age. */
import { Decrypter, Encrypter } from "age-encryption";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Identities } from "./identities.ts";
import { sshRecipient } from "./ssh-ed25519.ts";
import { runTool } from "./tool.ts";

/** Fails with `secrets/no-identity`, `secrets/damaged`, or `secrets/tool-missing` where only the age program could help. */
export async function decryptAge(
  file: string,
  bytes: Uint8Array,
  identities: Identities,
  signal: AbortSignal,
): Promise<Result<Uint8Array>> {
  const decrypter = new Decrypter();
  for (const identity of identities.own) decrypter.addIdentity(identity);
  try {
    return ok(await decrypter.decrypt(binaryForm(bytes)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!/no identity matched/.test(reason)) return err(damaged(file, reason));
    return identities.foreign.length > 0
      ? withProgram(file, bytes, identities, signal)
      : err(noIdentity(file, identities));
  }
}

/**
 * Encrypts to all recipients: age1… and ssh-ed25519 lines. Fails with `secrets/recipients` for one that is neither.
 */
export async function encryptAge(value: Uint8Array, recipients: readonly string[]): Promise<Result<Uint8Array>> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      const [type, key = ""] = recipient.split(/\s+/);
      encrypter.addRecipient(type === "ssh-ed25519" ? sshRecipient(Buffer.from(key, "base64")) : recipient);
    } catch (error) {
      return err(badRecipient(recipient, error instanceof Error ? error.message : String(error)));
    }
  }
  return ok(await encrypter.encrypt(value));
}

const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

function binaryForm(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.startsWith(ARMOR)) return bytes;
  return Buffer.from(text.replace(/-----[^\n]*-----/g, ""), "base64");
}

async function withProgram(
  file: string,
  bytes: Uint8Array,
  identities: Identities,
  signal: AbortSignal,
): Promise<Result<Uint8Array>> {
  const args = ["--decrypt", ...identities.foreign.flatMap((identity) => ["-i", identity.file])];
  const reasons = identities.foreign.map((identity) => `${identity.file} is ${identity.because}`).join("; ");
  const opened = await runTool({
    file: "age",
    args,
    input: bytes,
    signal,
    needed: `${file} may be for it: ${reasons}`,
  });
  if (opened.ok || opened.error.code === "secrets/tool-missing") return opened;
  return err({
    ...noIdentity(file, identities),
    ...(opened.error.detail === undefined ? {} : { detail: opened.error.detail }),
  });
}

const noIdentity = (file: string, { files }: Identities): Failure =>
  failure("secrets/no-identity", `none of your identities opens ${file}`, {
    expected: "an identity that the file was encrypted to",
    found: files.length === 0 ? "no identity" : `looked in ${files.join(", ")}`,
    next: "name yours with NIXFLEET_IDENTITY, or have somebody add you to secrets/recipients.yaml and rekey",
  });

const damaged = (file: string, reason: string): Failure =>
  failure("secrets/damaged", `${file} was cut or changed, so nothing of it is used`, {
    expected: "a whole file of age",
    found: reason,
    next: `take the last good version: git log -- '${file}'`,
  });

const badRecipient = (recipient: string, reason: string): Failure =>
  failure("secrets/recipients", "a recipient is not a key of age or ssh-ed25519", {
    expected: "age1… or ssh-ed25519 AAAA…",
    found: `${recipient.slice(0, 40)}: ${reason}`,
  });
