import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseSecretKey } from "../../../src/domain/nix/signing-key.ts";
import { recordSigner } from "../../../src/effects/nix/record-signer.ts";
import { signingKeys } from "../../../src/effects/nix/signing-keys.ts";

let folder: string;
let keyFile: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nixfleet-records-"));
  keyFile = join(folder, "key");
  await signingKeys({}).generate("fleet-1", keyFile);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record = "format\t1\nwhat\tremove\nhost\twëb-1\n";

async function signedRecord(): Promise<{ text: string; signature: string }> {
  const signed = await recordSigner({ env: { NIXFLEET_SIGNING_KEY: keyFile } }, false).sign(record);
  if (!signed.ok) throw new Error(signed.error.what);
  const whole = Buffer.from(signed.value).toString("utf8");
  return { text: whole.slice(0, record.length), signature: whole.slice(record.length) };
}

/** What OpenSSH itself says, with the public half written as it writes keys. */
function verify(text: string, signature: string, namespace = "nixfleet-deploy"): number | null {
  const { publicKey } = parseSecretKey(execFileSync("cat", [keyFile], { encoding: "utf8" })) ?? { publicKey: "" };
  const bytes = Buffer.from(publicKey.slice("fleet-1:".length), "base64");
  const head = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1");
  writeFileSync(
    join(folder, "signers"),
    `fleet namespaces="nixfleet-deploy" ssh-ed25519 ${Buffer.concat([head, bytes]).toString("base64")}\n`,
  );
  writeFileSync(join(folder, "signature"), signature);
  const words = ["-Y", "verify", "-f", join(folder, "signers"), "-I", "fleet", "-n", namespace];
  return spawnSync("ssh-keygen", [...words, "-s", join(folder, "signature")], { input: text }).status;
}

describe("a signature by a key of Nix", () => {
  test("is one that OpenSSH takes", async () => {
    const { text, signature } = await signedRecord();
    expect(text).toBe(record);
    expect(verify(text, signature)).toBe(0);
  });

  test("is none for another text, nor for another purpose", async () => {
    const { text, signature } = await signedRecord();
    expect(verify(`${text}mode\tlive\n`, signature)).not.toBe(0);
    expect(verify(text, signature, "file")).not.toBe(0);
  });

  test("needs the key's file", async () => {
    const signer = recordSigner({ env: { NIXFLEET_SIGNING_KEY: join(folder, "none") } }, false);
    expect(await signer.sign(record)).toMatchObject({ ok: false, error: { code: "nix/key-missing" } });
  });
});
