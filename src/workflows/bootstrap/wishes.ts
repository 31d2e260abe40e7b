/** From options, inventory and keys to what each host shall have. */
import type { BootstrapWishes } from "../../domain/bootstrap/wishes.ts";
import type { HostName } from "../../domain/ids.ts";
import { isRestricted } from "../../domain/inventory/access.ts";
import type { Inventory, ResolvedHost } from "../../domain/inventory/resolved.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LoginKeys } from "../../ports/login-keys.ts";
import type { SigningKeys } from "../../ports/signing-keys.ts";

export interface WishOptions {
  /** The account to deploy with; the inventory's when left out. */
  readonly deployUser?: string;
  /** On hosts with full access. */
  readonly sudo: "nopasswd" | "password";
  /** Only hosts that the inventory calls restricted. */
  readonly restricted: boolean;
  /** Files with public keys; what ssh would offer when there are none. */
  readonly publicKeyFiles: readonly string[];
  /** Where the fleet's secret key is; the default file when left out. */
  readonly signingKeyFile?: string;
}

const USUAL_DEPLOY_USER = "deploy";

/** Fails when the fleet has no signing key at all; trouble with one host's login keys is that host's. */
export async function wishesFor(
  hosts: readonly ResolvedHost[],
  { fleet }: Inventory,
  options: WishOptions,
  keys: { readonly signing: SigningKeys; readonly login: LoginKeys },
): Promise<Result<(host: ResolvedHost) => Result<BootstrapWishes>>> {
  const publicKeys = await fleetKeys(fleet.publicKeys, options.signingKeyFile, keys.signing);
  if (!publicKeys.ok) return publicKeys;
  const logins = new Map<HostName, Result<readonly string[]>>();
  for (const { name, identityFile } of hosts) {
    logins.set(name, await loginKeysFor(identityFile, options.publicKeyFiles, keys.login));
  }
  return ok((host) => {
    const loginKeys = logins.get(host.name);
    if (loginKeys?.ok !== true) return loginKeys ?? missing(host.name);
    const deployUser = options.deployUser ?? host.user ?? USUAL_DEPLOY_USER;
    const restricted = isRestricted(host);
    if (options.restricted && !restricted) return err(notRestricted(host.name));
    if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(deployUser)) return err(badUser(deployUser));
    const sudo = restricted ? "restricted" : options.sudo;
    return ok({ deployUser, sudo, host: host.name, publicKeys: publicKeys.value, loginKeys: loginKeys.value });
  });
}

/** What the inventory says, and the public half of the key that lies here; one of them is enough. */
async function fleetKeys(
  known: readonly string[],
  file: string | undefined,
  signing: SigningKeys,
): Promise<Result<readonly string[]>> {
  const key = await signing.read(file ?? signing.defaultFile);
  if (key.ok) return ok([...new Set([...known, key.value.publicKey])]);
  return known.length > 0 && key.error.code === "nix/key-missing" ? ok(known) : key;
}

async function loginKeysFor(
  identityFile: string | undefined,
  files: readonly string[],
  login: LoginKeys,
): Promise<Result<readonly string[]>> {
  if (files.length === 0) return login.usual(identityFile);
  const all: string[] = [];
  for (const file of files) {
    const keys = await login.read(file);
    if (!keys.ok) return keys;
    all.push(...keys.value);
  }
  return ok([...new Set(all)]);
}

const notRestricted = (host: HostName) =>
  failure("bootstrap/unsupported", "the inventory does not call the host restricted", {
    expected: "access: restricted",
    next: `set it for ${host} in the inventory: every later command has to know`,
  });

const badUser = (found: string) =>
  failure("bootstrap/unsupported", "the deploy account cannot have this name", {
    expected: "small letters, digits, dashes and underscores, at most 32",
    found,
  });

function missing(name: HostName): never {
  throw new Error(`no login keys were looked for on behalf of ${name}`);
}
