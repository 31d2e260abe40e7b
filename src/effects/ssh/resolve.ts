/** Turns an address of the inventory into a target: configuration, jump hosts, keys, and what is known of the host. */
import { homedir, userInfo } from "node:os";
import type { HostName } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { parseJumpHop } from "../../domain/ssh-config/jump.ts";
import type { SshConfig } from "../../domain/ssh-config/parse.ts";
import type { TokenValues } from "../../domain/ssh-config/tokens.ts";
import type { HostAddress } from "../../ports/transport.ts";
import { createConfigCache } from "./config-cache.ts";
import { createCredentialStore } from "./credentials.ts";
import { hostKeyPolicy } from "./host-key-policy.ts";
import { createKnownHostFiles, type KnownHostFiles } from "./known-host-files.ts";
import type { TransportOptions } from "./options.ts";
import { endpointOf, type HostKeyPolicy, type SshTarget } from "./target.ts";

export interface Resolver {
  /** Fails with `transport/ssh-config`, `ssh-missing`, `identity-file`, `known-hosts`, `jump-loop`. */
  resolve(host: HostAddress, address: string, signal: AbortSignal): Promise<Result<SshTarget>>;
  readonly knownHostFiles: KnownHostFiles;
}

type Endpoint = { readonly alias: string; readonly host?: HostName } & Partial<
  Pick<HostAddress, "user" | "port" | "identityFile" | "proxyJump" | "hostKeys">
>;

export function createResolver(options: TransportOptions): Resolver {
  const configs = createConfigCache(options);
  const credentials = createCredentialStore();
  const knownHostFiles = createKnownHostFiles();
  return {
    knownHostFiles,
    resolve: (host, address, signal) => resolveEndpoint({ ...host, alias: address }, [], signal),
  };

  async function resolveEndpoint(
    endpoint: Endpoint,
    visited: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<SshTarget>> {
    const sshArguments = argumentsOf(endpoint);
    const answer = await configs.ask({ alias: endpoint.alias, sshArguments }, signal);
    if (!answer.ok) return answer;
    const config = answer.value;
    const name = endpointOf(config);
    if (visited.includes(name)) return err(loop([...visited, name]));
    const values = tokenValues(endpoint.alias, config, options.environment);
    const found = await credentials.find(config, values, endpoint.identityFile);
    if (!found.ok) return found;
    const acceptAny = options.insecureAcceptAnyHostKey === true;
    const hostKeys = await hostKeyPolicy({ config, values, pinned: endpoint.hostKeys, acceptAny }, knownHostFiles);
    if (!hostKeys.ok) return hostKeys;
    const jumps = await resolveJumps(config, [...visited, name], signal);
    if (!jumps.ok) return jumps;
    const { alias } = endpoint;
    return ok({
      alias,
      config,
      hostKeys: { ...hostKeys.value, ...vouching(endpoint.host) },
      credentials: found.value,
      jumps: jumps.value,
      sshArguments,
    });
  }

  /** Only for hosts of the inventory: who stands between has to be known. */
  function vouching(host: HostName | undefined): Pick<HostKeyPolicy, "vouchedFor"> {
    const { newHostKeys } = options;
    if (newHostKeys === undefined || host === undefined) return {};
    return { vouchedFor: (key) => newHostKeys.judge(host, key) };
  }

  /** `ProxyJump a,b` means: to b by way of a, and to a as a's own configuration says. */
  async function resolveJumps(
    config: SshConfig,
    visited: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<readonly SshTarget[]>> {
    const last = config.proxyJump.at(-1);
    if (last === undefined) return ok([]);
    const hop = parseJumpHop(last);
    if (hop === undefined) return err(failure("transport/ssh-config", "a jump host cannot be read", { found: last }));
    const before = config.proxyJump.slice(0, -1);
    const { host: alias, ...login } = hop;
    const endpoint = { alias, ...login, ...(before.length === 0 ? {} : { proxyJump: before.join(",") }) };
    const resolved = await resolveEndpoint(endpoint, visited, signal);
    return resolved.ok ? ok([...resolved.value.jumps, resolved.value]) : resolved;
  }
}

function argumentsOf({ user, port, identityFile, proxyJump }: Endpoint): readonly string[] {
  return [
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(identityFile === undefined ? [] : ["-i", identityFile]),
    ...(proxyJump === undefined ? [] : ["-J", proxyJump]),
  ];
}

function tokenValues(alias: string, config: SshConfig, environment: TokenValues["environment"]): TokenValues {
  const { username, uid } = userInfo();
  const { hostname, port, user } = config;
  const home = environment.HOME ?? homedir();
  return { home, localUser: username, localUid: uid, hostname, port, user, alias, environment };
}

const loop = (visited: readonly string[]): Failure =>
  failure("transport/jump-loop", "the chain of jump hosts leads back to itself", {
    found: visited.join(" by way of "),
    next: "except the jump host itself from ProxyJump, for instance with `ProxyJump none` in its own Host block",
  });
