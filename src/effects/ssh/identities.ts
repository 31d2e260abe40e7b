/** The keys that the configuration names, and what can be told of them without a passphrase. */
import { readFile } from "node:fs/promises";
import { keyTypeOf } from "../../domain/known-hosts/parse.ts";
import { readPrivateKey } from "../../domain/ssh-config/private-key.ts";

export interface IdentityFile {
  readonly path: string;
  /** The private key file's content; absent when only the public half is here and the agent has the rest. */
  readonly privateKey?: Buffer;
  readonly encrypted: boolean;
  /** From the private file itself where its format shows it, else from `<path>.pub`. */
  readonly publicKey?: Buffer;
  /** Of the public key; the certificate's type when there is a `<path>-cert.pub`. */
  readonly keyType?: string;
}

export interface IdentityFiles {
  /** Undefined when there is neither a private nor a public key. Each file is read once. */
  load(path: string): Promise<IdentityFile | undefined>;
}

export function createIdentityFiles(): IdentityFiles {
  const loaded = new Map<string, Promise<IdentityFile | undefined>>();
  return {
    load(path) {
      const known = loaded.get(path) ?? loadIdentity(path);
      loaded.set(path, known);
      return known;
    },
  };
}

async function loadIdentity(path: string): Promise<IdentityFile | undefined> {
  const [content, publicLine, certificateLine] = await Promise.all([
    readFile(path).catch(() => undefined),
    readFile(`${path}.pub`, "utf8").catch(() => undefined),
    readFile(`${path}-cert.pub`, "utf8").catch(() => undefined),
  ]);
  const facts = content === undefined ? undefined : readPrivateKey(content.toString("latin1"));
  // IdentityFile may also name the public half, to pick a key of the agent.
  const publicKey = facts?.publicKey ?? publicKeyIn(publicLine) ?? publicKeyIn(content?.toString("latin1"));
  if (facts === undefined && publicKey === undefined) return undefined;
  const keyType = keyTypeOf(publicKeyIn(certificateLine) ?? publicKey ?? Buffer.alloc(0));
  return {
    path,
    encrypted: facts?.encrypted ?? false,
    ...(facts === undefined || content === undefined ? {} : { privateKey: content }),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(keyType === undefined ? {} : { keyType }),
  };
}

function publicKeyIn(line: string | undefined): Buffer | undefined {
  const [type, base64] = line?.trim().split(/\s+/) ?? [];
  const blob = base64 === undefined ? undefined : Buffer.from(base64, "base64");
  return blob !== undefined && keyTypeOf(blob) === type ? blob : undefined;
}
