/** `nixfleet secrets rekey`: after a change of recipients, encrypts anew what is not for exactly the right keys. */
import type { Failure } from "../../domain/outcome/failure.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import { isFor } from "../../domain/secrets/ledger.ts";
import { keysFor } from "../../domain/secrets/recipients.ts";
import { openFile, readLedger, readRecipients, sha256, writeFile } from "./encrypted-file.ts";
import type { SecretTools } from "./tools.ts";

export interface Rekeyed {
  readonly written: readonly string[];
  readonly untouched: number;
  /** Files that we cannot open; the others are done all the same. */
  readonly failures: readonly Failure[];
  /** Files that somebody could open before and cannot now: the values are known to them. */
  readonly withdrawn: readonly string[];
}

export async function rekey(tools: SecretTools): Promise<Result<Rekeyed>> {
  const { secrets, clock } = tools;
  const recipients = await readRecipients(secrets);
  if (!recipients.ok) return recipients;
  const ledger = await readLedger(secrets);
  const [written, withdrawn, failures]: [string[], string[], Failure[]] = [[], [], []];
  const files = await secrets.list();
  for (const file of files) {
    const bytes = await secrets.read(file);
    const keys = keysFor(file, recipients.value);
    const known = ledger[file];
    if (bytes === undefined || isFor(known, sha256(bytes), keys)) continue;
    const value = await openFile(file, tools);
    const made = known?.made ?? new Date(clock.now()).toISOString();
    const outcome = value.ok ? await writeFile({ file, value: value.value, made }, tools) : value;
    if (!outcome.ok) failures.push(outcome.error);
    else written.push(file);
    if (outcome.ok && known?.recipients.some((key) => !keys.includes(key)) === true) withdrawn.push(file);
  }
  return ok({ written, untouched: files.length - written.length - failures.length, failures, withdrawn });
}
