/** Keys that were mistyped, or that are called otherwise elsewhere. */
import { nearMiss } from "../../near-miss.ts";

/** What other tools, and people, call our keys. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["address", "addr"],
  ["host", "addr"],
  ["hostname", "addr"],
  ["ip", "addr"],
  ["ansible_host", "addr"],
  ["ansible_user", "user"],
  ["username", "user"],
  ["ansible_port", "port"],
  ["ansible_ssh_private_key_file", "identityFile"],
  ["key", "identityFile"],
  ["jump", "proxyJump"],
  ["bastion", "proxyJump"],
  ["labels", "tags"],
  ["members", "hosts"],
  ["command", "run"],
  ["cmd", "run"],
  ["variables", "vars"],
  ["strategies", "rollouts"],
]);

/** "did you mean addr?", or nothing. */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  const near = nearMiss(key, known);
  const other = otherNames.get(nearMiss(key, otherNames.keys()) ?? "");
  const meant = near ?? (other !== undefined && known.includes(other) ? other : undefined);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}
