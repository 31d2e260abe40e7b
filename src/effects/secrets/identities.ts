/** The identities of whoever runs the CLI: what opens files of age. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "age-encryption";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { sshIdentity } from "./ssh-ed25519.ts";
import { parseSshPrivateKey } from "./ssh-private-key.ts";

export interface Identities {
  /** Those that the library uses: text of age's own keys, or ssh keys. */
  readonly own: readonly (string | Identity)[];
  /** Files with keys that only the age program can use. */
  readonly foreign: readonly { readonly file: string; readonly because: string }[];
  /** Where was looked, for messages. */
  readonly files: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** From NIXFLEET_IDENTITY, one or more files with colons between, else from the usual places. Fails with `secrets/bad-identity`. */
export async function readIdentities(env: Environment, home: string): Promise<Result<Identities>> {
  const named = (env.NIXFLEET_IDENTITY ?? "").split(":").filter((file) => file !== "");
  const files = named.length > 0 ? named : usualFiles(env, home);
  const found: Identities[] = [];
  for (const file of files) {
    const read = await readIdentityFile(file, named.length > 0);
    if (!read.ok) return read;
    found.push(read.value);
  }
  return ok({
    own: found.flatMap(({ own }) => own),
    foreign: found.flatMap(({ foreign }) => foreign),
    files,
  });
}

function usualFiles(env: Environment, home: string): string[] {
  const config = env.XDG_CONFIG_HOME?.startsWith("/") ? env.XDG_CONFIG_HOME : join(home, ".config");
  const sops = env.SOPS_AGE_KEY_FILE ?? join(config, "sops", "age", "keys.txt");
  return [
    join(config, "nixfleet", "identity"),
    join(config, "age", "keys.txt"),
    sops,
    join(home, ".ssh", "id_ed25519"),
  ];
}

const nothing: Identities = { own: [], foreign: [], files: [] };

async function readIdentityFile(file: string, mustExist: boolean): Promise<Result<Identities>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    return mustExist ? err(unreadable(file, (error as Error).message)) : ok(nothing);
  }
  const mode = (await stat(file)).mode & 0o077;
  // A named pipe of a password manager, such as /dev/fd/63, is nobody else's either.
  if (mode !== 0 && !file.startsWith("/dev/fd/") && !file.startsWith("/proc/")) return err(exposed(file));
  const ssh = parseSshPrivateKey(text);
  if (ssh?.kind === "ed25519") return ok({ ...nothing, own: [sshIdentity(ssh.wire, ssh.seed)] });
  if (ssh?.kind === "foreign") return ok({ ...nothing, foreign: [{ file, because: ssh.because }] });
  const lines = text.split("\n").map((line) => line.trim());
  const own = lines.filter((line) => /^AGE-SECRET-KEY-/.test(line));
  const plugins = lines.some((line) => /^AGE-PLUGIN-/.test(line)) || text.startsWith("age-encryption.org/");
  const foreign = plugins ? [{ file, because: "an identity of a plugin, or behind a passphrase" }] : [];
  if (own.length + foreign.length === 0 && mustExist) return err(unreadable(file, "no identity in it"));
  return ok({ ...nothing, own, foreign });
}

const unreadable = (file: string, found: string): Failure =>
  failure("secrets/bad-identity", `the identity ${file} cannot be used`, {
    expected: "a line AGE-SECRET-KEY-…, or a private key of OpenSSH",
    found,
    next: "age-keygen makes one; NIXFLEET_IDENTITY names the file",
  });

const exposed = (file: string): Failure =>
  failure("secrets/bad-identity", `others on this machine may read the identity ${file}`, {
    expected: "mode 0600",
    next: `chmod 600 '${file}'; if somebody read it, make a new one and rekey`,
  });
