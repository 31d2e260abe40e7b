/** The files of a new project, made from the template's. */
import { parseHostName } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface NewHost {
  readonly name: string;
  readonly address: string;
}

export interface NewProject {
  /** Empty: the template's example host, whose address is nobody's. */
  readonly hosts: readonly NewHost[];
  readonly base: Base;
  /** Flake references for flake.nix. */
  readonly sources: { readonly nixfleet: string; readonly nixpkgs?: string };
  /** `NAME:BASE64`, which the hosts are to trust. */
  readonly publicKey: string;
}

/** Text by path, relative to the project's folder. */
export type ProjectTexts = ReadonlyMap<string, string>;

/** The template's only host, which is nobody's. */
export const EXAMPLE_HOST = "server-1";
const HOST_FILE = `hosts/${EXAMPLE_HOST}.nix`;
export const INVENTORY = "inventory/prod.yaml";

/** Package registries leave a file of this name out, so the template cannot bring it. */
const GIT_IGNORE = "result\nresult-*\n";

export function projectTexts(template: ProjectTexts, project: NewProject): ProjectTexts {
  const hostFile = template.get(HOST_FILE) ?? missing(HOST_FILE);
  const others = [...template].filter(([path]) => path !== HOST_FILE);
  const hosts = project.hosts.length === 0 ? [{ name: EXAMPLE_HOST, address: "192.0.2.10" }] : project.hosts;
  return new Map([
    ...others.map(([path, text]): [string, string] => [path, textOf(path, text, { ...project, hosts })]),
    [".gitignore", GIT_IGNORE],
    ...hosts.map(({ name }): [string, string] => [`hosts/${name}.nix`, hostFile]),
  ]);
}

function textOf(path: string, text: string, project: NewProject): string {
  if (path === "flake.nix") return flakeText(text, project.sources);
  return path === INVENTORY ? inventoryText(text, project) : text;
}

function flakeText(text: string, { nixfleet, nixpkgs }: NewProject["sources"]): string {
  const own = replaceUrl(text, "nixfleet.url", nixfleet);
  return nixpkgs === undefined ? own : replaceUrl(own, "nixpkgs.url", nixpkgs);
}

function replaceUrl(text: string, name: string, url: string): string {
  const line = new RegExp(`(^\\s*${name.replace(".", "\\.")} = )"[^"]*";`, "m");
  if (!line.test(text)) return missing(name);
  return text.replace(line, (_line, before: string) => `${before}${nixString(url)};`);
}

const nixString = (text: string): string => `"${text.replace(/["\\]|\$\{/g, (sign) => `\\${sign}`)}"`;

function inventoryText(text: string, { hosts, base, publicKey }: NewProject): string {
  const head = text.slice(0, text.indexOf("hosts:\n"));
  const entries = hosts.map(({ name, address }) => `  ${name}:\n    base: ${base}\n    addr: ${yamlWord(address)}\n`);
  const fleet = `fleet:\n  # Hosts accept what this key has signed; its secret half is not in this repo.\n  publicKeys: ["${publicKey}"]\n`;
  return `${fleet}\n${head}hosts:\n${entries.join("")}`;
}

/** Names and IPv4 addresses stand as they are; what YAML could take for something else is quoted. */
const yamlWord = (text: string): string =>
  /^([a-z][a-z0-9.-]*|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$/i.test(text) ? text : JSON.stringify(text);

const missing = (what: string): never => {
  throw new Error(`the template lacks ${what}`);
};

/** Reads `--host NAME=ADDRESS` words. Fails with `init/bad-host`. */
export function parseNewHosts(words: readonly string[]): Result<readonly NewHost[]> {
  const hosts: NewHost[] = [];
  for (const word of words) {
    const [, name = "", address = ""] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    const usable = parseHostName(name) !== undefined && /^[A-Za-z0-9:][A-Za-z0-9.:_-]*$/.test(address);
    if (!usable) return err(badHost("a host cannot be read", word));
    if (hosts.some((host) => host.name === name)) return err(badHost("two hosts have one name", word));
    hosts.push({ name, address });
  }
  return ok(hosts);
}

const badHost = (what: string, found: string) =>
  failure("init/bad-host", what, { expected: "NAME=ADDRESS, such as web-1=10.0.1.11", found });
