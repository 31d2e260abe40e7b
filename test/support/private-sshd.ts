/** A real sshd of our own on a loopback port, with fresh keys in a temporary folder. Needs root and openssh-server. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const sshdPath = "/usr/sbin/sshd";

/** Why no sshd can be started here, if so. */
export const noSshd: string | undefined =
  process.getuid?.() !== 0 ? "needs root" : existsSync(sshdPath) ? undefined : "needs openssh-server";

export interface PrivateSshd {
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  /** A private key that the server accepts. */
  readonly identityFile: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** A ready known_hosts file that knows the server. */
  readonly knownHosts: string;
  /** A ready ssh_config that uses it and nothing of the user's. */
  readonly sshConfig: string;
  /** sshd's log so far, at level VERBOSE. */
  log(): string;
  /** How many connections were accepted so far. */
  connections(): number;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Further lines of sshd_config. */
  readonly settings?: readonly string[];
  /** Further lines of ssh_config, put first. */
  readonly client?: readonly string[];
  /** People who exist for this sshd alone: it runs in a mount namespace with account files of its own. */
  readonly people?: readonly Person[];
}

export interface Person {
  readonly name: string;
  readonly shell: string;
  readonly password?: string;
  /** A line of sudoers without the name, such as `ALL=(ALL) NOPASSWD: ALL`. */
  readonly sudo?: string;
}

export async function startSshd({ settings = [], client = [], people = [] }: SshdOptions = {}): Promise<PrivateSshd> {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-sshd-"));
  // sshd reads authorized_keys as the user who logs in.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const user = userInfo().username;
  mkdirSync("/run/sshd", { recursive: true });
  const hostKey = makeKey(join(folder, "host_key"));
  const identityFile = join(folder, "id");
  writeFileSync(join(folder, "authorized_keys"), `${makeKey(identityFile)}\n`);
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const sshConfig = join(folder, "ssh_config");
  writeFileSync(
    sshConfig,
    [
      ...client,
      "Host *",
      `  UserKnownHostsFile ${knownHosts}`,
      "  GlobalKnownHostsFile none",
      `  IdentityFile ${identityFile}`,
      "  IdentityAgent none",
      "  KexAlgorithms curve25519-sha256",
      "",
    ].join("\n"),
  );
  writeFileSync(
    join(folder, "sshd_config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${join(folder, "host_key")}`,
      `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
      `PidFile ${join(folder, "pid")}`,
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "StrictModes no",
      "PermitRootLogin yes",
      "LogLevel VERBOSE",
      ...settings,
      "",
    ].join("\n"),
  );
  const logFile = join(folder, "log");
  writeFileSync(logFile, "");
  const sshd = [sshdPath, "-D", "-E", logFile, "-f", join(folder, "sshd_config")] as const;
  const [file, ...args] = people.length === 0 ? sshd : withPeople(folder, people, sshd);
  const child = spawn(file, args, { stdio: "ignore" });
  const log = () => readFileSync(logFile, "utf8");
  await until(() => log().includes("Server listening") || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`sshd did not start: ${log()}`);
  return {
    folder,
    port,
    user,
    identityFile,
    hostKey,
    knownHosts,
    sshConfig,
    log,
    connections: () => log().match(/Connection from /g)?.length ?? 0,
    stop: () => stop(child, folder),
  };
}

/** Binds account files over those of the machine, for this command and its children only. */
function withPeople(folder: string, people: readonly Person[], command: readonly string[]): [string, ...string[]] {
  const etc = join(folder, "etc");
  mkdirSync(join(etc, "sudoers.d"), { recursive: true });
  const each = (line: (person: Person, id: number) => string) =>
    people.map((person, index) => `${line(person, 61_000 + index)}\n`).join("");
  // perl is on every Debian machine; openssl is not.
  const hash = (password: string) =>
    execFileSync("perl", ["-e", "print crypt($ARGV[0], $ARGV[1])", password, "$6$nixfleet$"], { encoding: "utf8" });
  const files: Readonly<Record<string, string>> = {
    passwd: readFileSync("/etc/passwd", "utf8") + each(({ name, shell }, id) => `${name}:x:${id}:${id}::/tmp:${shell}`),
    group: readFileSync("/etc/group", "utf8") + each(({ name }, id) => `${name}:x:${id}:`),
    shadow:
      readFileSync("/etc/shadow", "utf8") +
      each(({ name, password }) => `${name}:${password === undefined ? "*" : hash(password)}:19000:0:99999:7:::`),
    sudoers: `Defaults env_reset\nDefaults passwd_tries=3\n${each(({ name, sudo }) => (sudo === undefined ? "" : `${name} ${sudo}`))}`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(etc, name), text, { mode: name === "shadow" || name === "sudoers" ? 0o440 : 0o644 });
  }
  const mounts = Object.keys(files)
    .filter((name) => existsSync(join("/etc", name)))
    .map((name) => `mount --bind ${join(etc, name)} /etc/${name}`);
  return [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "--",
    "sh",
    "-c",
    `${mounts.join(" && ")} && exec "$@"`,
    "sh",
    ...command,
  ];
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Gives the public key as `type base64`. */
export function makeKey(path: string, passphrase = "", type = "ed25519"): string {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "test", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ");
}

/** Polls until the condition holds; fails after 10 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
