/** The ssh_config that the OpenSSH client gets: ours first, since the first value wins, then the user's. */
import { resolve } from "node:path";
import type { SshConfig } from "../../../domain/ssh-config/parse.ts";
import { keepaliveOf } from "../keepalive.ts";
import type { HostKeyPolicy, SshTarget } from "../target.ts";

export interface GeneratedConfig {
  /** For `ssh -F`; jump hosts get it too. */
  readonly text: string;
  /** The host's own options, which its jump hosts must not get. */
  readonly hostOptions: readonly string[];
}

const DEFAULT_CONNECT_SECONDS = 15;

/**
 * @param sshConfig stands in for the user's and the system's configuration
 * @param pinnedKeysFile where the keys pinned in the inventory were written, if there are any
 */
export function generateConfig(
  { config, hostKeys, jumps }: SshTarget,
  sshConfig: string | undefined,
  pinnedKeysFile: string | undefined,
): GeneratedConfig {
  const connectSeconds = Math.ceil((config.connectTimeoutMs ?? DEFAULT_CONNECT_SECONDS * 1000) / 1000);
  const blocks = [
    ...jumps.map((jump) => [`Host ${jump.alias}`, ...verification(jump.hostKeys, undefined)]),
    ["Host *", ...SETTINGS, `ConnectTimeout ${connectSeconds}`, ...keepalive(config)],
    ["Match all", ...includes(sshConfig).map((path) => `Include "${path}"`)],
  ];
  return {
    text: blocks.map(([head, ...settings]) => `${head}\n${settings.map((line) => `  ${line}\n`).join("")}`).join(""),
    hostOptions: verification(hostKeys, pinnedKeysFile).flatMap((line) => ["-o", line.replace(" ", "=")]),
  };
}

function keepalive(config: SshConfig): string[] {
  const { intervalMs, missed } = keepaliveOf(config);
  return [`ServerAliveInterval ${Math.ceil(intervalMs / 1000)}`, `ServerAliveCountMax ${missed}`];
}

// Nothing of the user's may open a terminal, run something, forward something or share a connection.
const SETTINGS = [
  "BatchMode yes",
  "ControlMaster no",
  "ControlPath none",
  "ControlPersist no",
  "EscapeChar none",
  "ForwardAgent no",
  "ForwardX11 no",
  "LocalCommand none",
  "PermitLocalCommand no",
  "RemoteCommand none",
  "RequestTTY no",
  "StreamLocalBindMask 0177",
  "StreamLocalBindUnlink no",
  "Tunnel no",
  "UpdateHostKeys no",
];

const includes = (sshConfig: string | undefined): readonly string[] =>
  sshConfig === undefined ? ["~/.ssh/config", "/etc/ssh/ssh_config"] : [resolve(sshConfig)];

/** The same policy as over ssh2; in particular `StrictHostKeyChecking no` of the user does not count. */
export function verification({ unknownKeys }: HostKeyPolicy, pinnedKeysFile: string | undefined): readonly string[] {
  if (unknownKeys === "accept-any") {
    return ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /dev/null"];
  }
  if (pinnedKeysFile !== undefined) {
    return [
      "StrictHostKeyChecking yes",
      `UserKnownHostsFile ${pinnedKeysFile}`,
      "GlobalKnownHostsFile /dev/null",
      "KnownHostsCommand none",
      "VerifyHostKeyDNS no",
    ];
  }
  return [`StrictHostKeyChecking ${unknownKeys === "accept" ? "accept-new" : "yes"}`];
}

/** Pinned keys as a known_hosts file that speaks of every name. */
export const pinnedKnownHosts = (keys: readonly string[]): string => keys.map((key) => `* ${key.trim()}\n`).join("");
