/** Gathers what can prove who we are to a host: identity files and keys of the agent, as ssh would pick them. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { SshConfig } from "../../domain/ssh-config/parse.ts";
import { expandPath, type TokenValues } from "../../domain/ssh-config/tokens.ts";
import { type AgentKey, listAgentKeys } from "./agent.ts";
import { createIdentityFiles } from "./identities.ts";
import type { Credentials } from "./target.ts";

export interface CredentialStore {
  /**
   * @param named the identity file that the inventory asks for
   * Fails with `transport/identity-file` when that one is missing; others may be.
   */
  find(config: SshConfig, values: TokenValues, named: string | undefined): Promise<Result<Credentials>>;
}

export function createCredentialStore(): CredentialStore {
  const identityFiles = createIdentityFiles();
  const agents = new Map<string, Promise<readonly AgentKey[]>>();
  return {
    async find(config, values, named) {
      const paths = [...new Set(config.identityFiles.map((path) => expandPath(path, values)))];
      const loaded = await Promise.all(paths.map((path) => identityFiles.load(path)));
      const files = loaded.filter((file) => file !== undefined);
      const wanted = named === undefined ? undefined : expandPath(named, values);
      if (wanted !== undefined && !files.some((file) => file.path === wanted)) return err(missing(wanted));
      const agentSocket = agentSocketOf(config, values);
      const agentKeys = agentSocket === undefined ? [] : await keysOf(agentSocket);
      const configured = files.flatMap((file) => file.publicKey ?? []);
      const isConfigured = ({ blob }: AgentKey): boolean => configured.some((key) => key.equals(blob));
      return ok({
        files,
        ...(agentSocket === undefined ? {} : { agentSocket }),
        // Configured keys first: sshd counts every key that is offered against MaxAuthTries.
        agentKeys: [
          ...agentKeys.filter(isConfigured),
          ...(config.identitiesOnly ? [] : agentKeys.filter((key) => !isConfigured(key))),
        ],
      });
    },
  };

  function keysOf(socket: string): Promise<readonly AgentKey[]> {
    const listing = agents.get(socket) ?? listAgentKeys(socket);
    agents.set(socket, listing);
    return listing;
  }
}

const missing = (path: string) =>
  failure("transport/identity-file", `the identity file ${path} is missing or no key`, {
    next: "correct identityFile in the inventory",
  });

function agentSocketOf(config: SshConfig, values: TokenValues): string | undefined {
  const named = config.identityAgent;
  if (named === "none") return undefined;
  if (named === undefined || named === "SSH_AUTH_SOCK") return values.environment.SSH_AUTH_SOCK;
  return named.startsWith("$") ? values.environment[named.slice(1)] : expandPath(named, values);
}
