/** Reads what `ssh -G` prints: the configuration of one host after every Host, Match and Include was applied. */

/** Only what we use. Paths may still contain `~` and `%` tokens. */
export interface SshConfig {
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly hostKeyAlias?: string;
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket path, `none`, or `SSH_AUTH_SOCK`. */
  readonly identityAgent?: string;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: "yes" | "accept-new" | "ask" | "no";
  readonly hashKnownHosts: boolean;
  /** Hops as written, first hop first; empty for none. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand?: string;
  readonly connectTimeoutMs?: number;
  /** How long the host may be silent before it is asked for a sign of life; absent where nobody set ServerAliveInterval. */
  readonly keepaliveMs?: number;
  /** ServerAliveCountMax: so many signs of life may be missing. */
  readonly keepalivesMissed: number;
  readonly addressFamily: "any" | "inet" | "inet6";
  readonly bindAddress?: string;
  /** Features that only OpenSSH's own client has, and that this configuration uses; as written in ssh_config. */
  readonly openSshOnly: readonly string[];
  /** Ways to authenticate that only OpenSSH's own client has, allowed but maybe not needed. */
  readonly openSshAuthentication: readonly string[];
}

/** Takes the output of `ssh -G`; undefined when it lacks host name, user or port. */
export function parseSshConfig(text: string): SshConfig | undefined {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    if (space <= 0) continue;
    const key = line.slice(0, space).toLowerCase();
    values.set(key, [...(values.get(key) ?? []), line.slice(space + 1).trim()]);
  }
  const one = (key: string): string | undefined => values.get(key)?.[0];
  const set = (key: string): string | undefined => (isNone(one(key)) ? undefined : one(key));
  const hostname = one("hostname");
  const user = one("user");
  const port = Number(one("port"));
  if (hostname === undefined || user === undefined || !Number.isInteger(port)) return undefined;
  return {
    hostname,
    user,
    port,
    ...optional("hostKeyAlias", set("hostkeyalias")),
    identityFiles: (values.get("identityfile") ?? []).filter((file) => !isNone(file)).map(unquoted),
    certificateFiles: (values.get("certificatefile") ?? []).filter((file) => !isNone(file)).map(unquoted),
    identitiesOnly: isYes(one("identitiesonly")),
    ...optional("identityAgent", one("identityagent")),
    userKnownHostsFiles: fileList(one("userknownhostsfile")),
    globalKnownHostsFiles: fileList(one("globalknownhostsfile")),
    strictHostKeyChecking: strictness(one("stricthostkeychecking")),
    hashKnownHosts: isYes(one("hashknownhosts")),
    proxyJump: (set("proxyjump") ?? "").split(",").filter((hop) => hop !== ""),
    ...optional("proxyCommand", set("proxycommand")),
    ...optional("connectTimeoutMs", seconds(set("connecttimeout"))),
    ...optional("keepaliveMs", seconds(set("serveraliveinterval"))),
    keepalivesMissed: Number(set("serveralivecountmax") ?? 3),
    addressFamily: family(one("addressfamily")),
    ...optional("bindAddress", set("bindaddress")),
    openSshOnly: OPENSSH_ONLY.filter(({ key, uses }) => uses(one(key))).map(({ name }) => name),
    openSshAuthentication: OPENSSH_AUTHENTICATION.filter(({ key }) => isYes(one(key))).map(({ name }) => name),
  };
}

const isNone = (value: string | undefined): boolean => value === undefined || value === "" || value === "none";
const isYes = (value: string | undefined): boolean => value === "yes" || value === "true";

const OPENSSH_ONLY: readonly { name: string; key: string; uses: (value: string | undefined) => boolean }[] = [
  { name: "CertificateFile", key: "certificatefile", uses: (value) => !isNone(value) },
  { name: "PKCS11Provider", key: "pkcs11provider", uses: (value) => !isNone(value) },
  { name: "SecurityKeyProvider", key: "securitykeyprovider", uses: (value) => !isNone(value) && value !== "internal" },
  { name: "KnownHostsCommand", key: "knownhostscommand", uses: (value) => !isNone(value) },
  { name: "RevokedHostKeys", key: "revokedhostkeys", uses: (value) => !isNone(value) },
  { name: "VerifyHostKeyDNS", key: "verifyhostkeydns", uses: (value) => isYes(value) },
  { name: "ProxyCommand", key: "proxycommand", uses: (value) => !isNone(value) },
  { name: "BindInterface", key: "bindinterface", uses: (value) => !isNone(value) },
];

const OPENSSH_AUTHENTICATION: readonly { name: string; key: string }[] = [
  { name: "GSSAPIAuthentication", key: "gssapiauthentication" },
  { name: "HostbasedAuthentication", key: "hostbasedauthentication" },
];

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}

const unquoted = (path: string): string => path.replace(/^"(.*)"$/, "$1");

function fileList(value: string | undefined): readonly string[] {
  const files = value?.match(/"[^"]*"|\S+/g) ?? [];
  return files.map(unquoted).filter((file) => file !== "none");
}

function strictness(value: string | undefined): SshConfig["strictHostKeyChecking"] {
  if (value === "yes" || value === "true") return "yes";
  if (value === "no" || value === "false" || value === "off") return "no";
  return value === "accept-new" ? "accept-new" : "ask";
}

function seconds(value: string | undefined): number | undefined {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number * 1000 : undefined;
}

const family = (value: string | undefined): SshConfig["addressFamily"] =>
  value === "inet" || value === "inet6" ? value : "any";
