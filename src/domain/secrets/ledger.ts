/** What the repo remembers of its encrypted files, since a file of age does not say whom it is for: secrets/ledger.json. */
import { z } from "zod";

export const LEDGER_FILE = "secrets/ledger.json";

const entry = z.object({
  /** Of the encrypted bytes: others were made without nixfleet, and nothing is known of them. */
  sha256: z.string(),
  recipients: z.array(z.string()).readonly(),
  /** When the value was made, ISO 8601. */
  made: z.string(),
});
const ledgerSchema = z.record(z.string(), entry);

export type LedgerEntry = z.infer<typeof entry>;
export type Ledger = Readonly<Record<string, LedgerEntry>>;

/** An unreadable ledger counts as empty: everything is then encrypted anew. */
export function parseLedger(text: string | undefined): Ledger {
  try {
    return ledgerSchema.parse(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

/** Sorted and a line for each value, so that branches merge. */
export const ledgerText = (ledger: Ledger): string =>
  `${JSON.stringify(Object.fromEntries(Object.entries(ledger).sort(([a], [b]) => (a < b ? -1 : 1))), null, 1)}\n`;

/** Whether the file is encrypted to exactly these keys, as far as is known. */
export const isFor = (known: LedgerEntry | undefined, sha256: string, keys: readonly string[]): boolean =>
  known !== undefined && known.sha256 === sha256 && known.recipients.join("\n") === keys.join("\n");
