/** Reads from what `ssh -v` says why there is no connection: the same classes as over ssh2. */
import { fingerprint, keyTypeName } from "../../../domain/known-hosts/fingerprint.ts";
import { type Failure, failure } from "../../../domain/outcome/failure.ts";
import type { FailureCode } from "../../../domain/outcome/failure-codes/index.ts";
import { endpointOf, type SshTarget } from "../target.ts";

/** Takes standard error of `ssh -v`; its `debug1:` lines are only read, never shown. */
export function classifyOpenSsh(stderr: string, target: SshTarget): Failure {
  const endpoint = endpointOf(target.config);
  const said = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("debug1:") && !line.startsWith("OpenSSH_"))
    .join("\n");
  const detail = said === "" ? {} : { detail: said };
  const aboutKey = hostKeyFailure(stderr, said, target);
  if (aboutKey !== undefined) return { ...aboutKey, ...detail };
  const [code, what] = CLASSES.find(([, , pattern]) => pattern.test(said)) ?? FALLBACK;
  const next = code === "transport/authentication" ? nextForLogin(target) : {};
  return failure(code, `${endpoint}: ${what}`, { ...detail, ...next });
}

const CLASSES: readonly (readonly [FailureCode, string, RegExp])[] = [
  ["transport/penalised", "refuses this address for a while after earlier failures", /Not allowed at this time/],
  ["transport/authentication", "accepted none of our keys", /Permission denied \(|Too many authentication failures/],
  ["transport/algorithms", "has no algorithms in common with this client", /Unable to negotiate/],
  ["transport/unknown-address", "the address cannot be looked up", /Could not resolve hostname/],
  ["transport/refused", "nothing listens there", /Connection refused/],
  ["transport/no-route", "cannot be reached", /No route to host|Network is unreachable/],
  ["transport/timeout", "did not answer in time", /timed out/],
  ["transport/throttled", "dropped the connection before the handshake", /kex_exchange_identification|MaxStartups/],
  [
    "transport/ssh-config",
    "the SSH configuration is not accepted",
    /Bad configuration option|terminating, \d+ bad|Bad owner or permissions/,
  ],
];
const FALLBACK = ["transport/handshake", "the connection failed"] as const;

function hostKeyFailure(stderr: string, said: string, target: SshTarget): Failure | undefined {
  const shown = /Server host key: (\S+) (SHA256:\S+)/.exec(stderr);
  const found = shown === null ? {} : { found: `${keyTypeName(shown[1] ?? "")} ${shown[2]}` };
  const name = target.hostKeys.identity.name;
  if (/REVOKED HOST KEY/.test(said)) {
    return failure("transport/host-key-revoked", `the host key of ${name} is revoked`, {
      expected: "any other key",
      ...found,
    });
  }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) {
    const offending = /Offending \S+ key in (\S+):(\d+)/.exec(said);
    return failure("transport/host-key-changed", `the host key of ${name} is not the one that is known`, {
      ...expectedKey(target, offending?.[1], Number(offending?.[2])),
      ...found,
      next: "find out why the key differs; if the host was set up anew, remove the old key",
    });
  }
  if (/No \S+ host key is known for|Host key verification failed/.test(said)) {
    return failure("transport/host-key-unknown", `the host key of ${name} is not known`, {
      expected: "a key listed in known_hosts, or pinned as hostKeys in the inventory",
      ...found,
      next: "compare that fingerprint with the host's own, then pin the key or add it to known_hosts",
    });
  }
  return undefined;
}

function expectedKey({ hostKeys }: SshTarget, file: string | undefined, line: number): { readonly expected?: string } {
  const pinned = hostKeys.pinned !== undefined;
  const known = hostKeys.knowledge.keys.find((key) => key.line === line && (pinned || key.file === file));
  if (known === undefined) return {};
  const place = pinned ? "hostKeys in the inventory" : `${known.file}:${known.line}`;
  return { expected: `${keyTypeName(known.keyType)} ${fingerprint(Buffer.from(known.key, "base64"))}, from ${place}` };
}

function nextForLogin({ credentials }: SshTarget): { readonly next?: string } {
  const locked = credentials.files.find((file) => file.encrypted);
  return locked === undefined ? {} : { next: `${locked.path} is encrypted; run: ssh-add ${locked.path}` };
}
