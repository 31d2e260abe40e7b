/** The files by which people and NixFleet reach the lab's machines. */
import { stringify } from "yaml";
import { DEPLOY } from "./image-recipe.ts";
import type { LabMachine, LabState } from "./state.ts";

/** Public host keys, `ssh-ed25519 AAAA…`, by machine name. */
export type HostKeys = ReadonlyMap<string, string>;

/**
 * An inventory with one group for the last machine (`db`) and one for all others (`web`); a lone machine is `web`.
 *
 * @param identityFile absolute path of the private key that may log in
 */
export function inventoryFile(state: LabState, identityFile: string, hostKeys: HostKeys, system: string): string {
  const names = state.machines.map((machine) => machine.name);
  const web = names.length === 1 ? names : names.slice(0, -1);
  const groups = { web: { hosts: web }, ...(names.length > 1 ? { db: { hosts: names.slice(-1) } } : {}) };
  const hosts = Object.fromEntries(state.machines.map((machine) => [machine.name, hostEntry(machine, hostKeys)]));
  return `# The machines of a nixfleet lab; goes with them at: nixfleet lab down
${stringify({ defaults: { user: DEPLOY.name, system, identityFile }, groups, hosts }, { lineWidth: 0 })}`;
}

function hostEntry(machine: LabMachine, hostKeys: HostKeys): Record<string, unknown> {
  const key = hostKeys.get(machine.name);
  return {
    base: machine.shape,
    addr: machine.address,
    tags: ["lab"],
    ...(key === undefined ? {} : { hostKeys: [key] }),
  };
}

export function knownHostsFile(state: LabState, hostKeys: HostKeys): string {
  return state.machines
    .flatMap(({ name, address }) => {
      const key = hostKeys.get(name);
      return key === undefined ? [] : [`${name},${address} ${key}\n`];
    })
    .join("");
}

/** For `ssh -F`: names instead of addresses, the lab's key, and no word from or to the user's own files. */
export function sshConfigFile(state: LabState, identityFile: string, knownHosts: string): string {
  const names = state.machines.map(
    ({ name, address, bare }) => `Host ${name}\n  HostName ${address}\n${bare === true ? "  User root\n" : ""}`,
  );
  return `${names.join("\n")}
Host *
  User ${DEPLOY.name}
  IdentityFile "${identityFile}"
  IdentitiesOnly yes
  UserKnownHostsFile "${knownHosts}"
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ConnectTimeout 10
  LogLevel ERROR
`;
}
