/** `nixfleet secrets edit`: decrypt, let the operator's editor at it, encrypt again when it changed. */
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { openFile, readRecipients, writeFile } from "./encrypted-file.ts";
import type { SecretTools } from "./tools.ts";

export type Edited = "written" | "unchanged";

/** Fails with `secrets/*`, and then the file is as it was. */
export async function editSecret(file: string, tools: SecretTools): Promise<Result<Edited>> {
  const { secrets, clock } = tools;
  // Asked first: nobody should type a secret that cannot be kept.
  const recipients = await readRecipients(secrets);
  if (!recipients.ok) return recipients;
  const opened = await openFile(file, tools);
  if (!opened.ok && opened.error.code !== "secrets/missing") return opened;
  const before = opened.ok ? opened.value : new Uint8Array(0);
  const name = file.replace(/^.*\//, "").replace(/\.age$/, "");
  const edited = await secrets.edit(name, before, tools.signal);
  if (!edited.ok) return edited;
  if (Buffer.compare(before, edited.value) === 0) return ok("unchanged");
  const written = await writeFile({ file, value: edited.value, made: new Date(clock.now()).toISOString() }, tools);
  return written.ok ? ok("written") : err(written.error);
}
