/** Many SSH hosts in one process, for benchmarks and workflow tests: real handshakes, a function in place of the machines. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2, { type ServerChannel, type Connection as SshClient } from "ssh2";
import type { HostName } from "../../src/domain/ids.ts";
import type { HostAddress } from "../../src/ports/transport.ts";

interface FakeRequest {
  readonly host: string;
  /** The command as the client sent it. */
  readonly command: string;
  /** The verb and its arguments; empty when the command was not the loader. */
  readonly args: readonly string[];
  /** Program and payload as they were delivered; empty when the command was not the loader. */
  readonly program: Buffer;
  readonly payload: Buffer;
}

interface FakeAnswer {
  readonly stdout?: string | Uint8Array;
  readonly stderr?: string;
  /** 0 when left out. */
  readonly exit?: number;
  /** Ends the connection in place of an answer. */
  readonly hangUp?: boolean;
}

export interface FakeFleet {
  /** Ready for `Transport.connect`, by name. */
  readonly addresses: ReadonlyMap<string, HostAddress>;
  /** All requests so far, in order. */
  readonly requests: readonly FakeRequest[];
  /** How many connections a host has seen. */
  connections(host: string): number;
  stop(): Promise<void>;
}

interface FakeFleetOptions {
  readonly names: readonly string[];
  readonly answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>;
}

/** All hosts share a host key, which their addresses pin, and accept the one key that their addresses name. */
export async function startFakeFleet({ names, answer }: FakeFleetOptions): Promise<FakeFleet> {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-fake-fleet-"));
  const identityFile = join(folder, "id");
  writeFileSync(identityFile, ssh2.utils.generateKeyPairSync("ed25519").private, { mode: 0o600 });
  const hostKey = ssh2.utils.generateKeyPairSync("ed25519");
  const requests: FakeRequest[] = [];
  const seen = new Map<string, number>();
  const sockets = new Set<Socket>();
  const listeners: Server[] = [];
  const addresses = new Map<string, HostAddress>();
  let port = 0;
  for (const [index, name] of names.entries()) {
    const ssh = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) =>
      serveClient(client, async (request) => {
        requests.push({ ...request, host: name });
        return answer({ ...request, host: name });
      }),
    );
    const listener = createServer({ noDelay: true }, (socket) => {
      seen.set(name, (seen.get(name) ?? 0) + 1);
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      ssh.injectSocket(socket);
    });
    port = await listen(listener, port, addressOf(index));
    listeners.push(listener);
    addresses.set(name, {
      host: name as HostName,
      addresses: [addressOf(index)],
      port,
      user: "deploy",
      identityFile,
      hostKeys: [hostKey.public],
      transport: "ssh2",
    });
  }
  return {
    addresses,
    requests,
    connections: (host) => seen.get(host) ?? 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// 127.0.0.0/8 belongs to this machine: each host gets an address of its own, and all share one port number.
const addressOf = (index: number): string => `127.77.${Math.floor(index / 250)}.${(index % 250) + 1}`;

function listen(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  });
}

type Answer = (request: Omit<FakeRequest, "host">) => Promise<FakeAnswer>;

function serveClient(client: SshClient, answer: Answer): void {
  client.on("error", () => {});
  client.on("authentication", (context) =>
    context.method === "publickey" ? context.accept() : context.reject(["publickey"]),
  );
  client.on("session", (accept) => {
    accept().on("exec", (acceptExec, _reject, { command }) => {
      void serveCommand(client, acceptExec(), command, answer);
    });
  });
}

async function serveCommand(client: SshClient, channel: ServerChannel, command: string, answer: Answer): Promise<void> {
  // The loader's own words: … nixfleet-host BYTES PROGRAM-BYTES SENTINEL VERB ARGS…
  const words = unquoted(command);
  const at = words.indexOf("nixfleet-host");
  const [, programBytes, sentinel, ...args] = at < 0 ? [] : words.slice(at + 1);
  if (sentinel !== undefined) channel.write(`nixfleet-ready ${sentinel}\n`);
  const input: Buffer[] = [];
  for await (const chunk of channel) input.push(chunk as Buffer);
  const all = Buffer.concat(input);
  const split = Number(programBytes ?? 0);
  const said = await answer({ command, args, program: all.subarray(0, split), payload: all.subarray(split) });
  if (said.hangUp === true) return client.end() as unknown as undefined;
  if (said.stderr !== undefined) channel.stderr.write(said.stderr);
  channel.write(said.stdout ?? "");
  channel.exit(said.exit ?? 0);
  channel.end();
}

/** Undoes the quoting of domain/host/quote.ts. */
function unquoted(command: string): readonly string[] {
  const words = command.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ""),
  );
}
