/** The transport: resolves a host, picks an adapter, tries its addresses, and keeps what hosts share. */
import { NIX_DAEMON_SOCKET, nixDaemonBridge } from "../../domain/host/nix-daemon.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { type AdapterChoice, chooseAdapter, type IdentityFact } from "../../domain/ssh-config/adapter-choice.ts";
import type { Connection, HostAddress, Transport } from "../../ports/transport.ts";
import { createLocalConnection } from "../local-transport/connection.ts";
import { createDialLimits } from "./dial-limits.ts";
import { hasKerberosTicket } from "./kerberos.ts";
import { createOpenSsh } from "./openssh/connect.ts";
import type { TransportOptions } from "./options.ts";
import { createResolver } from "./resolve.ts";
import { isAddressTrouble, retryDelayMs } from "./retries.ts";
import { createRuntimeFolder } from "./sockets/runtime-folder.ts";
import { createSsh2 } from "./ssh2/connect.ts";
import type { SshTarget } from "./target.ts";

export function createTransport(options: TransportOptions): Transport {
  const resolver = createResolver(options);
  const limits = createDialLimits();
  const folder = createRuntimeFolder(options.environment);
  const bridges = options.bridges ?? new Map([[NIX_DAEMON_SOCKET, nixDaemonBridge()]]);
  const ssh2 = createSsh2({ options, limits, folder, bridges, knownHostFiles: resolver.knownHostFiles });
  const openSsh = createOpenSsh({ options, limits, folder, bridges });

  return {
    async connect(host, signal) {
      const local = localReason(host);
      if (local !== undefined) return ok(createLocalConnection(host.host, local));
      const connection = await connectWithRetries(host, signal);
      return connection.ok ? connection : err({ ...connection.error, host: host.host });
    },
    async close() {
      await Promise.all([ssh2.close(), openSsh.close()]);
      await folder.remove();
    },
  };

  async function connectWithRetries(host: HostAddress, signal: AbortSignal): Promise<Result<Connection>> {
    for (let attempt = 0; ; attempt++) {
      const connection = await connectOnce(host, signal);
      if (connection.ok) return connection;
      const waitMs = retryDelayMs(connection.error.code, attempt, Math.random());
      if (waitMs === undefined) return connection;
      await options.clock.sleep(waitMs, signal);
      if (signal.aborted) return err(failure("transport/aborted", "the connection was called off"));
    }
  }

  /** Goes through the addresses; the failure of the last one tried is told. */
  async function connectOnce(host: HostAddress, signal: AbortSignal): Promise<Result<Connection>> {
    let last: Failure | undefined;
    for (const address of host.addresses) {
      const target = await resolver.resolve(host, address, signal);
      const connection = target.ok ? await connectTo(host, target.value, signal) : target;
      if (connection.ok || !isAddressTrouble(connection.error.code)) return connection;
      last = last === undefined ? connection.error : { ...connection.error, cause: last };
    }
    return err(last ?? failure("transport/unknown-address", "the host has no address"));
  }

  async function connectTo(host: HostAddress, target: SshTarget, signal: AbortSignal): Promise<Result<Connection>> {
    const choice = choose(host, target, await hasKerberosTicket(options.environment));
    if (choice.adapter === "openssh") return openSsh.connect(host.host, target, choice.because, signal);
    const connection = await ssh2.connect(host.host, target, choice.because, signal);
    const because = connection.ok ? undefined : reasonForOpenSsh(host, choice, connection.error);
    return because === undefined ? connection : openSsh.connect(host.host, target, because, signal);
  }
}

/** Why there is no need for SSH, if so. */
function localReason({ transport, addresses, port, user, proxyJump }: HostAddress): string | undefined {
  if (transport === "local") return "the inventory says transport: local";
  const plain = port === undefined && user === undefined && proxyJump === undefined;
  if (transport === "auto" && plain && addresses.length === 1 && addresses[0] === "localhost") {
    return "the address is localhost, without user, port or jump host";
  }
  return undefined;
}

function choose({ transport }: HostAddress, target: SshTarget, hasTicket: boolean): AdapterChoice {
  const way = [target, ...target.jumps];
  const identities = way.flatMap(({ credentials }): IdentityFact[] => [
    ...credentials.files.flatMap(({ path, keyType }) =>
      keyType === undefined ? [] : [{ name: path, from: "file" as const, keyType }],
    ),
    ...credentials.agentKeys.map(({ comment, keyType }) => ({ name: comment, from: "agent" as const, keyType })),
  ]);
  const asked = transport === "ssh2" || transport === "openssh" ? transport : "auto";
  const configs = way.map(({ config }) => config);
  return chooseAdapter({ asked, configs, identities, knowledge: target.hostKeys.knowledge, hasTicket });
}

/** One more try with OpenSSH's own client, where that may know what ssh2 does not. */
function reasonForOpenSsh({ transport }: HostAddress, choice: AdapterChoice, problem: Failure): string | undefined {
  if (transport !== "auto") return undefined;
  if (problem.code === "transport/algorithms") return "ssh2 has no algorithms in common with the host";
  if (problem.code !== "transport/authentication" || choice.fallback.length === 0) return undefined;
  return `the host accepted no key over ssh2, and there is ${choice.fallback.join(", ")}`;
}
