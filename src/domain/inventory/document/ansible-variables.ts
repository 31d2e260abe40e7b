/** What Ansible's connection variables mean for us. */
import type { Located } from "./located.ts";

const settings: ReadonlyMap<string, string> = new Map([
  ["ansible_host", "addr"],
  ["ansible_ssh_host", "addr"],
  ["ansible_user", "user"],
  ["ansible_ssh_user", "user"],
  ["ansible_port", "port"],
  ["ansible_ssh_port", "port"],
  ["ansible_private_key_file", "identityFile"],
  ["ansible_ssh_private_key_file", "identityFile"],
]);

/** The setting that a variable stands for, with its value in our form; nothing for variables without meaning here. */
export function connectionSetting(name: string, value: Located): { key: string; value: Located } | undefined {
  const key = settings.get(name);
  if (key === "port") return { key, value: asNumber(value) };
  if (key !== undefined) return { key, value };
  if (name === "ansible_connection") return isText(value, "local") ? { key: "transport", value } : undefined;
  return /^ansible_ssh_(common|extra)_args$/.test(name) ? jumpOf(value) : undefined;
}

/** Passwords: they have no place in an inventory, and are never passed on. */
export const isSecretVariable = (name: string): boolean => /^ansible_.*(pass|password|secret|token)$/.test(name);

/** Ansible takes ports as text too. */
function asNumber(value: Located): Located {
  const isDigits = value.kind === "scalar" && typeof value.value === "string" && /^\d+$/.test(value.value);
  return isDigits ? { ...value, value: Number(value.value) } : value;
}

function jumpOf(value: Located): { key: string; value: Located } | undefined {
  if (value.kind !== "scalar") return undefined;
  const match = /(?:^|\s)(?:-J\s*|-o\s*["']?ProxyJump[= ])([^\s"']+)/.exec(String(value.value));
  const jump = match?.[1];
  return jump === undefined ? undefined : { key: "proxyJump", value: { ...value, value: jump, written: jump } };
}

const isText = (node: Located, text: string): boolean => node.kind === "scalar" && node.value === text;
