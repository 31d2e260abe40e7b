/** `nixfleet secrets check`: every declared secret is there, opens, and is for the right people; none lies in clear. */
import type { HostName } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { DeclaredSecret } from "../../domain/secrets/declared.ts";
import { isFor } from "../../domain/secrets/ledger.ts";
import { keysFor } from "../../domain/secrets/recipients.ts";
import type { ProjectSecrets } from "../../ports/project-secrets.ts";
import { openFile, readLedger, readRecipients, sha256 } from "./encrypted-file.ts";
import type { SecretTools } from "./tools.ts";

export interface Checked {
  /** Values that were looked at. */
  readonly secrets: number;
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
  const storePaths = await tools.storePaths(hosts, signal);
  if (!storePaths.ok) return storePaths;
  const sources = new Map([...declared.value.values()].flat().map((secret) => [nameOfSource(secret), secret]));
  const opened = new Map<string, Uint8Array>();
  const findings: Failure[] = [];
  for (const [name, secret] of sources) {
    const { source } = secret;
    const value = source.kind === "age" ? await openFile(source.file, tools) : await tools.values.open(secret, signal);
    if (value.ok) opened.set(name, value.value);
    else findings.push(value.error);
  }
  const files = [...sources.values()].flatMap(({ source }) => (source.kind === "age" ? [source.file] : []));
  findings.push(...(await wronglyShared(files, secrets)), ...(await standInClear(opened, secrets, storePaths.value)));
  const all = await secrets.list();
  const isUnused = (file: string): boolean => file.startsWith(`secrets/${environment}/`) && !files.includes(file);
  return ok({ secrets: sources.size, findings, unused: environment === undefined ? [] : all.filter(isUnused) });
}

/** Each file of age once; of a file of sops each value; of commands each secret. */
const nameOfSource = ({ name, source }: DeclaredSecret): string => {
  if (source.kind === "command") return `${name} (${source.command.join(" ")})`;
  return source.kind === "sops" ? `${source.file} (${source.key})` : source.file;
};

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
  storePaths: readonly string[] = [],
): Promise<Failure[]> {
  return (await secrets.leaks(opened, storePaths)).map(({ secret, path }) =>
    failure("secrets/check", `the value of ${secret} stands in clear in ${path}`, {
      expected: "encrypted files only: everybody may read what is in the Nix store, where files of a flake end, too",
      next: "take it out, and make a new value: nixfleet secrets generate --rotate NAME, or nixfleet secrets edit",
    }),
  );
}
