/** The SSH handshake over a stream that is already there: host key, then keys. */
import type { Duplex } from "node:stream";
import type { Client, ServerHostKeyAlgorithm } from "ssh2";
import { fingerprint } from "../../../domain/known-hosts/fingerprint.ts";
import { knownKeyTypes } from "../../../domain/known-hosts/verdict.ts";
import type { Failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import { decideKey, type KeyDecision } from "../host-key-failures.ts";
import { keepaliveOf } from "../keepalive.ts";
import type { SshTarget } from "../target.ts";
import { authenticateWith } from "./authentication.ts";
import { classifyHandshake } from "./handshake-failure.ts";
import { ssh2 } from "./library.ts";
import type { PrivateKeys } from "./private-keys.ts";

export interface Handshake {
  readonly client: Client;
  /** What the connection runs over. */
  readonly stream: Duplex;
  readonly hostKey: Buffer;
  readonly decision: Exclude<KeyDecision, { readonly kind: "refuse" }>;
}

/** ssh's own default is to wait as long as TCP does; a fleet tool cannot. */
export const DEFAULT_CONNECT_MS = 15_000;

/** Never resolves before the key was judged: without a `hostVerifier` ssh2 would accept any. */
export async function shakeHands(
  stream: Duplex,
  target: SshTarget,
  keys: PrivateKeys,
  signal: AbortSignal,
): Promise<Result<Handshake>> {
  const { Client } = await ssh2();
  const client = new Client();
  const keepalive = keepaliveOf(target.config);
  const authentication = authenticateWith(target.config.user, target.credentials, keys);
  let hostKey: Buffer = Buffer.alloc(0);
  let decision: KeyDecision | undefined;
  let greeting = "";
  let error: Error | undefined;
  const ended = Promise.withResolvers<Failure>();
  const ready = Promise.withResolvers<void>();
  const fail = () =>
    ended.resolve(
      decision?.kind === "refuse"
        ? decision.failure
        : classifyHandshake({ error, greeting, target, authentication, aborted: signal.aborted }),
    );
  client.on("greeting", (text) => {
    greeting = text;
  });
  client.on("error", (problem) => {
    // An agent that cannot sign is no reason to stop: the next key is tried.
    if ((problem as { level?: string }).level === "agent") return;
    error ??= problem;
    stream.destroy();
    fail();
  });
  client.on("close", fail);
  client.on("ready", () => ready.resolve());
  const onAbort = () => stream.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  client.connect({
    sock: stream,
    username: target.config.user,
    readyTimeout: target.config.connectTimeoutMs ?? DEFAULT_CONNECT_MS,
    keepaliveInterval: keepalive.intervalMs,
    keepaliveCountMax: keepalive.missed,
    algorithms: { serverHostKey: hostKeyAlgorithms(target) },
    authHandler: authentication.handler,
    hostVerifier: (key: Buffer) => {
      hostKey = Buffer.from(key);
      decision = decideKey(hostKey, target.hostKeys);
      return decision.kind !== "refuse";
    },
  });
  const failed = await Promise.race([ready.promise, ended.promise]);
  signal.removeEventListener("abort", onAbort);
  if (failed !== undefined) return err(failed);
  if (decision === undefined || decision.kind === "refuse") throw new Error("a host was reached without its key");
  return ok({ client, stream, hostKey, decision });
}

export const fingerprintOf = ({ hostKey }: Handshake): string => fingerprint(hostKey);

const ALL_HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** Types that are known for the host go first, as ssh does it: otherwise a second key of the host looks like a change. */
function hostKeyAlgorithms({ hostKeys }: SshTarget): ServerHostKeyAlgorithm[] {
  const known = knownKeyTypes(hostKeys.knowledge);
  const isKnown = (algorithm: string): boolean =>
    known.includes(algorithm.startsWith("rsa-sha2-") ? "ssh-rsa" : algorithm);
  return [
    ...ALL_HOST_KEY_ALGORITHMS.filter(isKnown),
    ...ALL_HOST_KEY_ALGORITHMS.filter((algorithm) => !isKnown(algorithm)),
  ];
}
