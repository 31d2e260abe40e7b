/** One encrypted file: opened for somebody, or written for all who may open it and noted in the ledger. */
import { createHash } from "node:crypto";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { LEDGER_FILE, type Ledger, ledgerText, parseLedger } from "../../domain/secrets/ledger.ts";
import { keysFor, parseRecipients, RECIPIENTS_FILE, type Recipients } from "../../domain/secrets/recipients.ts";
import type { ProjectSecrets } from "../../ports/project-secrets.ts";
import type { SecretTools } from "./tools.ts";

/** Where a secret lies that is named shortly: that of the environment, or of one of its hosts. A path stays as it is. */
export function secretFile(name: string, environment: string, host?: string): string {
  if (name.includes("/") || name.endsWith(".age")) return name;
  return `secrets/${environment}/${host === undefined ? "" : `${host}/`}${name}.age`;
}

/** Fails with `secrets/missing` where there is no file. */
export async function openFile(file: string, { secrets, signal }: SecretTools): Promise<Result<Uint8Array>> {
  const bytes = await secrets.read(file);
  if (bytes !== undefined) return secrets.decrypt(file, bytes, signal);
  return err(
    failure("secrets/missing", `there is no file ${file}`, {
      next: "nixfleet secrets generate, where it has a generator; else nixfleet secrets edit",
    }),
  );
}

export interface Writing {
  readonly file: string;
  readonly value: Uint8Array;
  /** When the value was made, ISO 8601; an unchanged value keeps its time. */
  readonly made: string;
}

/** The old file stays in place until the new one is whole. */
export async function writeFile({ file, value, made }: Writing, { secrets }: SecretTools): Promise<Result<void>> {
  const recipients = await readRecipients(secrets);
  if (!recipients.ok) return recipients;
  const keys = keysFor(file, recipients.value);
  if (keys.length === 0) return err(nobody(file));
  const encrypted = await secrets.encrypt(value, keys);
  if (!encrypted.ok) return encrypted;
  await secrets.write(file, encrypted.value);
  const ledger = await readLedger(secrets);
  const entry = { sha256: sha256(encrypted.value), recipients: keys, made };
  await secrets.write(LEDGER_FILE, ledgerText({ ...ledger, [file]: entry }));
  return ok(undefined);
}

export async function readRecipients(secrets: ProjectSecrets): Promise<Result<Recipients>> {
  const text = await secrets.read(RECIPIENTS_FILE);
  if (text !== undefined) return parseRecipients(new TextDecoder().decode(text));
  return err(
    failure("secrets/recipients", `there is no ${RECIPIENTS_FILE}`, {
      expected: "the keys of all who may open secrets",
      next: 'write it: "people: { you: age1… }"; age-keygen makes a key, and an ssh-ed25519 public key is one already',
    }),
  );
}

export async function readLedger(secrets: ProjectSecrets): Promise<Ledger> {
  const text = await secrets.read(LEDGER_FILE);
  return parseLedger(text === undefined ? undefined : new TextDecoder().decode(text));
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const nobody = (file: string) =>
  failure("secrets/recipients", `nobody may open ${file}`, {
    expected: `at least one key for it in ${RECIPIENTS_FILE}`,
    next: "add people, or a glob below access that matches it",
  });
