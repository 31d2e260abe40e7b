/** Signs deploy records with the key that signs closures. */
import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { secretKeyBytes } from "../../domain/nix/signing-key.ts";
import { ok } from "../../domain/outcome/result.ts";
import { recordNamespace } from "../../domain/trust/deploy-record.ts";
import { bytesToSign, sshSignature } from "../../domain/trust/ssh-signature.ts";
import type { RecordSigner } from "../../ports/record-signer.ts";
import { chosenKeyFile, defaultKeyFile, readKeyFile } from "./key-file.ts";
import type { NixSettings } from "./settings.ts";

export function recordSigner(
  settings: Pick<NixSettings, "env" | "signingKeyFile">,
  overrideSerial: boolean,
): RecordSigner {
  const file = chosenKeyFile(settings) ?? defaultKeyFile(settings.env);
  return {
    overrideSerial,
    async sign(record) {
      const checked = await readKeyFile(file);
      if (!checked.ok) return checked;
      const { seed, publicHalf } = secretKeyBytes(await readFile(file, "utf8"));
      const key = createPrivateKey({ format: "jwk", key: jwkOf(seed, publicHalf) });
      const signature = sign(null, bytesToSign(record, recordNamespace), key);
      return ok(Buffer.from(record + sshSignature(publicHalf, recordNamespace, signature)));
    },
  };
}

const jwkOf = (seed: Uint8Array, publicHalf: Uint8Array) => ({
  kty: "OKP",
  crv: "Ed25519",
  d: Buffer.from(seed).toString("base64url"),
  x: Buffer.from(publicHalf).toString("base64url"),
});
