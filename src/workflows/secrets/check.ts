/** `nixfleet secrets check`: every declared secret is there, opens, and is for the right people; none lies in clear. */
import type { HostName } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import { fileOf } from "../../domain/secrets/declared.ts";
import { isFor } from "../../domain/secrets/ledger.ts";
import { keysFor } from "../../domain/secrets/recipients.ts";
import type { ProjectSecrets } from "../../ports/project-secrets.ts";
import { openFile, readLedger, readRecipients, sha256 } from "./encrypted-file.ts";
import type { SecretTools } from "./tools.ts";

export interface Checked {
  /** Encrypted files that were looked at. */
  readonly files: number;
  readonly findings: readonly Failure[];
  /** Files that no host declares. */
  readonly unused: readonly string[];
}

/** @param environment whose folder is searched for files that nobody needs; left out when only some hosts are asked */
export async function checkSecrets(
  hosts: readonly HostName[],
  environment: string | undefined,
  tools: SecretTools,
): Promise<Result<Checked>> {
  const { secrets, signal } = tools;
  const declared = await tools.declared(hosts, signal);
  if (!declared.ok) return declared;
  const users = new Map<string, HostName[]>();
  for (const [host, list] of declared.value) {
    for (const secret of list) {
      const file = fileOf(secret);
      if (file?.endsWith(".age") === true) users.set(file, [...(users.get(file) ?? []), host]);
    }
  }
  const opened = new Map<string, Uint8Array>();
  const findings: Failure[] = [];
  for (const file of users.keys()) {
    const value = await openFile(file, tools);
    if (value.ok) opened.set(file, value.value);
    else findings.push(value.error);
  }
  findings.push(...(await wronglyShared([...users.keys()], secrets)), ...(await standInClear(opened, secrets)));
  const all = await secrets.list();
  const unused =
    environment === undefined
      ? []
      : all.filter((file) => file.startsWith(`secrets/${environment}/`) && !users.has(file));
  return ok({ files: users.size, findings, unused });
}

/** Files that other keys may open than should; told without opening them. */
export async function wronglyShared(files: readonly string[], secrets: ProjectSecrets): Promise<Failure[]> {
  const recipients = await readRecipients(secrets);
  if (!recipients.ok) return [recipients.error];
  const ledger = await readLedger(secrets);
  const findings: Failure[] = [];
  for (const file of files) {
    const bytes = await secrets.read(file);
    if (bytes === undefined || isFor(ledger[file], sha256(bytes), keysFor(file, recipients.value))) continue;
    findings.push(
      failure("secrets/check", `${file} may be open to others than secrets/recipients.yaml says`, {
        next: "nixfleet secrets rekey",
      }),
    );
  }
  return findings;
}

/** @param opened values by the file that they are encrypted in */
export async function standInClear(
  opened: ReadonlyMap<string, Uint8Array>,
  secrets: ProjectSecrets,
): Promise<Failure[]> {
  return (await secrets.leaks(opened)).map(({ secret, path }) =>
    failure("secrets/check", `the value of ${secret} stands in clear in ${path}`, {
      expected: "values in encrypted files only; files of a flake end in the Nix store, which everybody may read",
      next: "take it out, and make a new value: nixfleet secrets generate --rotate NAME, or nixfleet secrets edit",
    }),
  );
}
