/** Which keys of a host are right: pinned in the inventory, or as the known_hosts files say. */
import { knowledgeOf, pinnedKnowledge } from "../../domain/known-hosts/verdict.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { SshConfig } from "../../domain/ssh-config/parse.ts";
import { expandPath, type TokenValues } from "../../domain/ssh-config/tokens.ts";
import type { KnownHostFiles } from "./known-host-files.ts";
import type { HostKeyPolicy } from "./target.ts";

export interface HostKeyQuestion {
  readonly config: SshConfig;
  readonly values: TokenValues;
  /** From the inventory. */
  readonly pinned: readonly string[] | undefined;
  readonly acceptAny: boolean;
}

/** Fails with `transport/known-hosts` when a file cannot be read or a pinned key is none. */
export async function hostKeyPolicy(
  { config, values, pinned, acceptAny }: HostKeyQuestion,
  files: KnownHostFiles,
): Promise<Result<HostKeyPolicy>> {
  const alias = config.hostKeyAlias;
  const identity = { name: alias ?? config.hostname, port: config.port, isAlias: alias !== undefined };
  if (pinned !== undefined) {
    const knowledge = pinnedKnowledge(pinned, "the inventory");
    if (knowledge === undefined) return err(badPin(values.alias, pinned));
    return ok({ identity, knowledge, pinned, unknownKeys: acceptAny ? "accept-any" : "refuse", userFiles: [] });
  }
  const userFiles = config.userKnownHostsFiles.map((path) => expandPath(path, values));
  const entries = await files.read([...userFiles, ...config.globalKnownHostsFiles]);
  if (!entries.ok) return entries;
  const unknownKeys = acceptAny ? "accept-any" : config.strictHostKeyChecking === "accept-new" ? "accept" : "refuse";
  return ok({ identity, knowledge: knowledgeOf(identity, entries.value), unknownKeys, userFiles });
}

const badPin = (host: string, pinned: readonly string[]) =>
  failure("transport/known-hosts", `a host key pinned for ${host} is no public key`, {
    expected: "ssh-ed25519 AAAA…",
    found: pinned.join(", "),
    next: "correct hostKeys in the inventory",
  });
