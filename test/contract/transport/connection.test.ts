// One suite over all three adapters: what a connection promises, against a real sshd.
import { fork } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect as connectSocket, createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { nixDaemonBridge } from "../../../src/domain/host/nix-daemon.ts";
import type { HostName } from "../../../src/domain/ids.ts";
import { createTransport } from "../../../src/effects/ssh/transport.ts";
import type { Connection, HostAddress, RemoteOutcome, Transport } from "../../../src/ports/transport.ts";
import { noSshd, type PrivateSshd, startSshd, until } from "../../support/private-sshd.ts";
import { realClock } from "../../support/real-clock.ts";

const never = new AbortController().signal;
const adapters = ["ssh2", "openssh", "local"] as const;
const overSsh = ["ssh2", "openssh"] as const;
const why = noSshd === undefined ? "" : ` (${noSshd})`;

interface Heard {
  stdout: Buffer;
  stderr: Buffer;
  outcome: RemoteOutcome;
}

async function execute(
  connection: Connection,
  command: string,
  { input, timeoutMs = 30_000, signal = never }: { input?: Buffer; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Heard> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const started = await connection.spawn(command, {
    timeoutMs,
    signal,
    onStdout: (chunk) => void stdout.push(chunk),
    onStderr: (chunk) => void stderr.push(chunk),
  });
  if (!started.ok) throw new Error(started.error.what);
  if (input !== undefined) await started.value.write(input);
  started.value.end();
  const outcome = await started.value.outcome;
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), outcome };
}

const text = ({ stdout, stderr, outcome }: Heard) => ({ stdout: String(stdout), stderr: String(stderr), outcome });

describe.skipIf(noSshd !== undefined)(`connections${why}`, () => {
  let sshd: PrivateSshd;
  let transport: Transport;
  const open = new Set<Connection>();

  beforeAll(async () => {
    sshd = await startSshd({ settings: ["MaxSessions 10"] });
    transport = createTransport({ clock: realClock, environment: process.env, sshConfig: sshd.sshConfig });
  });
  afterEach(async () => {
    await Promise.all([...open].map((connection) => connection.close()));
    open.clear();
  });
  afterAll(async () => {
    await transport?.close();
    await sshd?.stop();
  });

  const address = (adapter: HostAddress["transport"], more: Partial<HostAddress> = {}): HostAddress => ({
    host: "web-1" as HostName,
    addresses: ["127.0.0.1"],
    port: sshd.port,
    transport: adapter,
    ...more,
  });
  const connect = async (adapter: HostAddress["transport"], more: Partial<HostAddress> = {}) => {
    const connection = await transport.connect(address(adapter, more), never);
    if (!connection.ok) throw new Error(JSON.stringify(connection.error));
    open.add(connection.value);
    return connection.value;
  };

  describe.each(adapters)("over %s", (adapter) => {
    test("a command's output, error output and exit code come apart", async () => {
      const heard = await execute(await connect(adapter), "echo out; echo err >&2; exit 3");
      expect(text(heard)).toEqual({ stdout: "out\n", stderr: "err\n", outcome: { kind: "exited", code: 3 } });
    });

    test("exit code 255 is the command's own", async () => {
      const { outcome } = await execute(await connect(adapter), "exit 255");
      expect(outcome).toEqual({ kind: "exited", code: 255 });
    });

    test("a death by signal is not taken for success", async () => {
      const { outcome } = await execute(await connect(adapter), "kill -TERM $$");
      expect(outcome).toEqual(
        adapter === "openssh" ? { kind: "exited", code: 255 } : { kind: "signalled", signal: "SIGTERM" },
      );
    });

    test("standard input arrives to the byte, whatever the bytes are", async () => {
      const input = Buffer.concat([Buffer.from([0, 255, 13, 10, 4, 3, 126, 46]), randomBytes(3_000_000)]);
      const { stdout, outcome } = await execute(await connect(adapter), "cat", { input });
      expect(outcome).toEqual({ kind: "exited", code: 0 });
      expect(stdout.equals(input)).toBe(true);
    });

    test("twenty megabytes of output on both streams come whole", async () => {
      const command = "head -c 20000000 /dev/zero; head -c 5000000 /dev/zero >&2";
      const { stdout, stderr } = await execute(await connect(adapter), command);
      expect([stdout.length, stderr.length]).toEqual([20_000_000, 5_000_000]);
    });

    test("there is no terminal", async () => {
      const { outcome } = await execute(await connect(adapter), "test ! -t 0 && test ! -t 1 && test ! -t 2");
      expect(outcome).toEqual({ kind: "exited", code: 0 });
    });

    test("twenty commands at once all end well", async () => {
      const connection = await connect(adapter);
      const runs = Array.from({ length: 20 }, (_, n) => execute(connection, `sleep 0.1; echo ${n}`));
      const outputs = (await Promise.all(runs)).map((heard) => String(heard.stdout).trim());
      expect(outputs).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
    });

    test("a command that does not end is given up after its time", async () => {
      const { outcome } = await execute(await connect(adapter), "sleep 20", { timeoutMs: 300 });
      expect(outcome).toEqual({ kind: "timeout", afterMs: 300 });
    });

    test("a command is given up when the caller says so, and the connection goes on", async () => {
      const connection = await connect(adapter);
      const stop = new AbortController();
      const running = execute(connection, "echo started; sleep 20", { signal: stop.signal });
      setTimeout(() => stop.abort(), 200);
      expect((await running).outcome).toEqual({ kind: "aborted" });
      expect(text(await execute(connection, "echo on")).stdout).toBe("on\n");
    });

    test("a command that reads nothing does not hold up the one who writes", async () => {
      const { outcome } = await execute(await connect(adapter), "exit 0", { input: Buffer.alloc(10_000_000) });
      expect(outcome).toEqual({ kind: "exited", code: 0 });
    });

    test("closing resolves what waits for the end", async () => {
      const connection = await connect(adapter);
      await connection.close();
      expect(await connection.closed).toBe("closed by us");
    });
  });

  describe.each(overSsh)("over %s", (adapter) => {
    test("commands share one connection", async () => {
      const before = sshd.connections();
      const connection = await connect(adapter);
      for (const word of ["a", "b", "c"])
        expect(text(await execute(connection, `echo ${word}`)).stdout).toBe(`${word}\n`);
      expect(sshd.connections() - before).toBe(1);
    });

    test("it says how it came about", async () => {
      const { description } = await connect(adapter);
      expect(description).toMatchObject({ adapter, address: "127.0.0.1", user: sshd.user });
      expect(description.hostKeyFingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    });

    test("a killed process leaves no connection and no ssh behind", async () => {
      const holder = fork(holdConnection, [adapter, String(sshd.port), sshd.sshConfig], { silent: true });
      const said = await new Promise<string>((resolve) =>
        holder.stdout?.once("data", (chunk) => resolve(String(chunk))),
      );
      expect(said).toBe("connected\n");
      const ended = () => sshd.log().match(/Connection closed by|Disconnected from|Connection reset by/g)?.length ?? 0;
      const before = ended();
      const left = () => processesWith(String(sshd.port));
      holder.kill("SIGKILL");
      await until(() => ended() > before && left().length === 0);
    });

    test("a connection that breaks is told as lost, to the command and to whoever waits", async () => {
      const connection = await connect(adapter);
      // The command's grandparent is the sshd process of this one connection.
      const running = execute(connection, 'kill -9 "$(ps -o ppid= -p $$ | tr -d " ")"; sleep 20');
      const { outcome } = await running;
      expect(outcome.kind).toBe("lost");
      expect(await connection.closed).not.toBe("closed by us");
      const after = await connection.spawn("true", { timeoutMs: 1000, signal: never, onStdout() {}, onStderr() {} });
      expect(after.ok ? "started" : after.error.code).toBe("transport/lost");
    });
  });

  describe.each(adapters)("sockets over %s", (adapter) => {
    let echo: Server;
    let path: string;
    beforeAll(async () => {
      path = join(sshd.folder, `echo-${adapter}`);
      echo = await echoServer(path);
    });
    afterAll(() => echo.close());

    test("a socket of the host answers here, from a private folder and under a short path", async () => {
      const connection = await connect(adapter);
      const socket = await connection.forwardUnix(path);
      if (!socket.ok) throw new Error(socket.error.what);
      expect(socket.value.via).toBe(adapter === "local" ? "direct" : "forwarded");
      expect(socket.value.localPath.length).toBeLessThan(100);
      if (adapter !== "local") expect(statSync(dirname(socket.value.localPath)).mode & 0o777).toBe(0o700);
      expect(await throughSocket(socket.value.localPath, Buffer.from("hello"))).toEqual(Buffer.from("hello"));
      await socket.value.close();
      if (adapter !== "local") expect(existsSync(socket.value.localPath)).toBe(false);
    });

    test("many connections at once, and thirty megabytes, come back whole", async () => {
      const connection = await connect(adapter);
      const socket = await connection.forwardUnix(path);
      if (!socket.ok) throw new Error(socket.error.what);
      const big = randomBytes(30_000_000);
      const small = Array.from({ length: 12 }, () => randomBytes(10_000));
      const answers = await Promise.all([big, ...small].map((bytes) => throughSocket(socket.value.localPath, bytes)));
      expect(answers.map(digest)).toEqual([big, ...small].map(digest));
    });
  });

  describe.each(overSsh)("sockets over %s", (adapter) => {
    test("a partner that goes away in the middle of a large upload leaves nobody waiting", async () => {
      const path = join(sshd.folder, `gone-${adapter}`);
      const server = createServer((socket) => socket.once("data", () => socket.destroy()));
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const socket = await (await connect(adapter)).forwardUnix(path);
      if (!socket.ok) throw new Error(socket.error.what);
      // Either it can write all of it and reads the end, or it is told that nobody takes it.
      const bytes = randomBytes(30_000_000);
      const left = await throughSocket(socket.value.localPath, bytes, { untilWritten: true }).catch(() => Buffer.of());
      expect(left).toEqual(Buffer.of());
      server.close();
    });

    test("a missing socket is a failure, not a socket that hangs", async () => {
      const socket = await (await connect(adapter)).forwardUnix(join(sshd.folder, "missing"));
      expect(socket.ok ? "forwarded" : socket.error.code).toBe("transport/forwarding");
    });
  });
});

describe.skipIf(noSshd !== undefined)(`where sshd allows two sessions${why}`, () => {
  test("six commands at once take turns over ssh2", async () => {
    const sshd = await startSshd({ settings: ["MaxSessions 2"] });
    const transport = createTransport({ clock: realClock, environment: process.env, sshConfig: sshd.sshConfig });
    const connection = await transport.connect(
      { host: "web-1" as HostName, addresses: ["127.0.0.1"], port: sshd.port, transport: "ssh2" },
      never,
    );
    if (!connection.ok) throw new Error(connection.error.what);
    const runs = [0, 1, 2, 3, 4, 5].map((n) => execute(connection.value, `sleep 0.1; echo ${n}`));
    expect((await Promise.all(runs)).map((heard) => String(heard.stdout))).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => `${n}\n`),
    );
    await transport.close();
    await sshd.stop();
  });
});

describe.skipIf(noSshd !== undefined)(`where sshd forbids forwarding${why}`, () => {
  let sshd: PrivateSshd;
  const daemonSocket = "/nonexistent/daemon-socket";
  const chattyProfile = "echo welcome to this host";

  beforeAll(async () => {
    sshd = await startSshd({ settings: ["AllowStreamLocalForwarding no"] });
  });
  afterAll(() => sshd?.stop());

  const openTransport = (program: string) =>
    createTransport({
      clock: realClock,
      environment: process.env,
      sshConfig: sshd.sshConfig,
      bridges: new Map([[daemonSocket, `${chattyProfile}; ${nixDaemonBridge([program])}`]]),
    });

  describe.each(overSsh)("over %s", (adapter) => {
    test("the daemon is bridged through a command, byte for byte", async () => {
      const stub = join(sshd.folder, `daemon-${adapter}`);
      writeFileSync(stub, '#!/bin/sh\n[ "$1" = --stdio ] && exec cat\n', { mode: 0o755 });
      const bridging = openTransport(stub);
      const connection = await bridging.connect(
        { host: "web-1" as HostName, addresses: ["127.0.0.1"], port: sshd.port, transport: adapter },
        never,
      );
      if (!connection.ok) throw new Error(connection.error.what);
      const socket = await connection.value.forwardUnix(daemonSocket);
      if (!socket.ok) throw new Error(JSON.stringify(socket.error));
      expect(socket.value.via).toBe("bridged");
      const bytes = randomBytes(20_000_000);
      expect(digest(await throughSocket(socket.value.localPath, bytes))).toBe(digest(bytes));
      expect(await throughSocket(socket.value.localPath, Buffer.from("again"))).toEqual(Buffer.from("again"));
      await connection.value.close();
      await bridging.close();
    });

    test("without the daemon's program both ways are told", async () => {
      const transport = openTransport("/nonexistent/nix-daemon");
      const connection = await transport.connect(
        { host: "web-1" as HostName, addresses: ["127.0.0.1"], port: sshd.port, transport: adapter },
        never,
      );
      if (!connection.ok) throw new Error(connection.error.what);
      const socket = await connection.value.forwardUnix(daemonSocket);
      expect(socket.ok ? "forwarded" : socket.error).toMatchObject({
        code: "transport/forwarding",
        found: expect.stringMatching(/forwarded: .+; bridged: .+/),
      });
      await connection.value.close();
      await transport.close();
    });
  });
});

const holdConnection = join(import.meta.dirname, "../../support/hold-connection.ts");

/** Pids of `ssh` clients whose command line holds all words. */
function processesWith(...words: readonly string[]): readonly string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return line.some((word) => word === "ssh" || word.endsWith("/ssh")) && words.every((word) => line.includes(word));
    } catch {
      return false;
    }
  });
}

/** Sends everything back; ends its side when the other did. */
async function echoServer(path: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

/**
 * Writes the bytes, ends this side, and gives all that comes back until the other side ends.
 * @param untilWritten waits as well until all was taken, as a partner does that reads only after it has written
 */
function throughSocket(path: string, bytes: Buffer, { untilWritten = false } = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ path, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    const written = new Promise<void>((done) => socket.end(bytes, done));
    socket.on("end", async () => {
      if (untilWritten) await written;
      socket.destroy();
      resolve(Buffer.concat(chunks));
    });
  });
}

const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
