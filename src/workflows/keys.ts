/** The fleet's signing key: make one, show its public half. */
import { isKeyName, keyNameFrom, nextKeyName, type SecretKey } from "../domain/nix/signing-key.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { SigningKeys } from "../ports/signing-keys.ts";

export interface KeyRequest {
  /** What hosts know the key by; made from `fleet` when left out. */
  readonly name?: string;
  /** Where the secret goes; the default file when left out. */
  readonly file?: string;
  /** Name of the fleet's folder. */
  readonly fleet: string;
}

/** The same fleet's next key: its name counts on, and it lies beside the present one. Fails where there is none yet. */
export async function generateNextKey(file: string, keys: SigningKeys): Promise<Result<MadeKey>> {
  const present = await keys.read(file);
  if (!present.ok) return present;
  return generateKey({ name: nextKeyName(present.value.name), file: nextFile(file), fleet: "" }, keys);
}

const nextFile = (file: string): string => `${file}.next`;

export interface ListedKey {
  readonly publicKey: string;
  /** Signs what is deployed from here; or lies here to take over; or is only known. */
  readonly role: "signs" | "next" | "known";
  /** Whether `fleet.publicKeys` has it. */
  readonly published: boolean;
}

/** Those that lie here, then those that the inventory names besides. */
export async function listKeys(file: string, published: readonly string[], keys: SigningKeys): Promise<ListedKey[]> {
  const [present, next] = await Promise.all([keys.read(file), keys.read(nextFile(file))]);
  const here = [
    ...(present.ok ? [{ publicKey: present.value.publicKey, role: "signs" as const }] : []),
    ...(next.ok ? [{ publicKey: next.value.publicKey, role: "next" as const }] : []),
  ];
  const elsewhere = published.filter((key) => here.every(({ publicKey }) => publicKey !== key));
  return [...here, ...elsewhere.map((publicKey) => ({ publicKey, role: "known" as const }))].map((key) => ({
    ...key,
    published: published.includes(key.publicKey),
  }));
}

export interface MadeKey {
  readonly key: SecretKey;
  readonly file: string;
}

export async function generateKey(request: KeyRequest, keys: SigningKeys): Promise<Result<MadeKey>> {
  const name = request.name ?? keyNameFrom(request.fleet);
  if (!isKeyName(name)) {
    return err(
      failure("nix/key-invalid", "a signing key cannot have this name", {
        expected: "a letter or digit, then letters, digits, dots, dashes and underscores, such as example-fleet-1",
        found: name,
      }),
    );
  }
  const file = request.file ?? keys.defaultFile;
  const key = await keys.generate(name, file);
  return key.ok ? { ok: true, value: { key: key.value, file } } : key;
}

/** @param file the default file when left out */
export const showKey = (file: string | undefined, keys: SigningKeys): Promise<Result<SecretKey>> =>
  keys.read(file ?? keys.defaultFile);
