// Who is who: host keys, logins, jump hosts and addresses, against a real sshd, over both adapters.
import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostName } from "../../../src/domain/ids.ts";
import type { Failure } from "../../../src/domain/outcome/failure.ts";
import type { TransportOptions } from "../../../src/effects/ssh/options.ts";
import { createTransport } from "../../../src/effects/ssh/transport.ts";
import type { Connection, HostAddress } from "../../../src/ports/transport.ts";
import { freePort, makeKey, noSshd, type PrivateSshd, startSshd, until } from "../../support/private-sshd.ts";
import { realClock } from "../../support/real-clock.ts";

const never = new AbortController().signal;
const overSsh = ["ssh2", "openssh"] as const;
const why = noSshd === undefined ? "" : ` (${noSshd})`;

describe.skipIf(noSshd !== undefined)(`verification${why}`, () => {
  let sshd: PrivateSshd;
  let knownBefore: string;
  let otherKey: string;
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    knownBefore = readFileSync(sshd.knownHosts, "utf8");
    otherKey = makeKey(join(sshd.folder, "other_host_key"));
  });
  beforeEach(() => writeFileSync(sshd.knownHosts, knownBefore));
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(() => sshd?.stop());

  const configured = (...lines: readonly string[]): string => {
    const path = join(sshd.folder, `config-${Math.random().toString(36).slice(2)}`);
    writeFileSync(path, `${lines.join("\n")}\n${readFileSync(sshd.sshConfig, "utf8")}`);
    return path;
  };

  const attempt = async (more: Partial<HostAddress>, options: Partial<TransportOptions> = {}) => {
    const transport = createTransport({
      clock: realClock,
      environment: { ...process.env, SSH_AUTH_SOCK: undefined },
      sshConfig: sshd.sshConfig,
      ...options,
    });
    closers.push(() => transport.close());
    const host: HostAddress = {
      host: "web-1" as HostName,
      addresses: ["127.0.0.1"],
      port: sshd.port,
      transport: "auto",
      ...more,
    };
    const connection = await transport.connect(host, never);
    if (connection.ok) closers.push(() => connection.value.close());
    return connection;
  };

  const refused = async (more: Partial<HostAddress>, options: Partial<TransportOptions> = {}): Promise<Failure> => {
    const connection = await attempt(more, options);
    if (connection.ok) throw new Error("it connected");
    return connection.error;
  };

  const reached = async (more: Partial<HostAddress>, options: Partial<TransportOptions> = {}): Promise<Connection> => {
    const connection = await attempt(more, options);
    if (!connection.ok) throw new Error(JSON.stringify(connection.error));
    return connection.value;
  };

  describe.each(overSsh)("over %s", (transport) => {
    test("an unknown host key is refused, with its fingerprint", async () => {
      writeFileSync(sshd.knownHosts, "");
      expect(await refused({ transport })).toMatchObject({
        code: "transport/host-key-unknown",
        host: "web-1",
        found: expect.stringMatching(/^ED25519 SHA256:/),
      });
    });

    test("a changed host key is refused, with both fingerprints and the line that knows better", async () => {
      writeFileSync(sshd.knownHosts, `# a comment\n[127.0.0.1]:${sshd.port} ${otherKey}\n`);
      const failure = await refused({ transport });
      expect(failure).toMatchObject({
        code: "transport/host-key-changed",
        expected: expect.stringContaining(`${sshd.knownHosts}:2`),
        found: expect.stringMatching(/^ED25519 SHA256:/),
      });
      expect(failure.expected).toMatch(/^ED25519 SHA256:/);
    });

    test("a revoked host key is refused even where it is known", async () => {
      appendFileSync(sshd.knownHosts, `@revoked * ${sshd.hostKey}\n`);
      expect((await refused({ transport })).code).toBe("transport/host-key-revoked");
    });

    test("a key pinned in the inventory is accepted although no file knows it", async () => {
      writeFileSync(sshd.knownHosts, "");
      expect((await reached({ transport, hostKeys: [`${sshd.hostKey} a comment`] })).description.adapter).toBe(
        transport,
      );
    });

    test("with pinned keys nothing else counts, not even known_hosts", async () => {
      expect(await refused({ transport, hostKeys: [otherKey] })).toMatchObject({
        code: "transport/host-key-changed",
        expected: expect.stringContaining("the inventory"),
      });
    });

    test("StrictHostKeyChecking no of the user's configuration opens nothing", async () => {
      writeFileSync(sshd.knownHosts, "");
      const sshConfig = configured("StrictHostKeyChecking no");
      expect((await refused({ transport }, { sshConfig })).code).toBe("transport/host-key-unknown");
    });

    test("accept-new takes a new host once and holds it to its key from then on", async () => {
      writeFileSync(sshd.knownHosts, "");
      const sshConfig = configured("StrictHostKeyChecking accept-new");
      await reached({ transport }, { sshConfig });
      expect(readFileSync(sshd.knownHosts, "utf8")).toContain(sshd.hostKey);
      writeFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${otherKey}\n`);
      expect((await refused({ transport }, { sshConfig })).code).toBe("transport/host-key-changed");
    });

    test("the flag that accepts any key says so for each host", async () => {
      writeFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${otherKey}\n`);
      const warnings: string[] = [];
      await reached({ transport }, { insecureAcceptAnyHostKey: true, onWarning: (text) => warnings.push(text) });
      expect(warnings.join("\n")).toContain("--insecure-accept-any-host-key");
    });

    test("a refused login is tried once and not again", async () => {
      const stranger = join(sshd.folder, `stranger-${transport}`);
      makeKey(stranger);
      const sshConfig = configured("IdentitiesOnly yes", `IdentityFile ${stranger}`);
      writeFileSync(sshConfig, readFileSync(sshConfig, "utf8").replace(`  IdentityFile ${sshd.identityFile}\n`, ""));
      const before = sshd.connections();
      expect((await refused({ transport }, { sshConfig })).code).toBe("transport/authentication");
      expect(sshd.connections() - before).toBe(1);
    });

    test("an identity file that the inventory names and nobody has is told by its name", async () => {
      expect(await refused({ transport, identityFile: "/nonexistent/id" })).toMatchObject({
        code: "transport/identity-file",
        what: expect.stringContaining("/nonexistent/id"),
      });
    });

    test("the next address is tried when one does not answer", async () => {
      const closedPort = await freePort();
      const sshConfig = configured(
        "Host dead",
        "  HostName 127.0.0.1",
        `  Port ${closedPort}`,
        "Host alive",
        "  HostName 127.0.0.1",
        `  Port ${sshd.port}`,
      );
      const { addresses: _, ...host } = { addresses: [], host: "web-1" as HostName, transport } as HostAddress;
      const transportUnderTest = createTransport({ clock: realClock, environment: process.env, sshConfig });
      closers.push(() => transportUnderTest.close());
      const connection = await transportUnderTest.connect({ ...host, addresses: ["dead", "alive"] }, never);
      expect(connection.ok && connection.value.description.adapter).toBe(transport);
      if (connection.ok) await connection.value.close();
    });

    test("a port where nothing listens is refused, not failed", async () => {
      expect((await refused({ transport, port: await freePort() })).code).toBe("transport/refused");
    });

    test("a name that nobody knows is told so", async () => {
      expect((await refused({ transport, addresses: ["no-such-host.invalid"] })).code).toBe(
        "transport/unknown-address",
      );
    });

    test("an address that does not answer ends after ConnectTimeout", async () => {
      const silent = await silentServer();
      closers.push(silent.close);
      const sshConfig = configured("ConnectTimeout 1");
      expect((await refused({ transport, port: silent.port }, { sshConfig })).code).toBe("transport/timeout");
    });

    test("a jump host is gone through, each hop proved by its own name", async () => {
      const jump = await startSshd();
      closers.push(() => jump.stop());
      appendFileSync(sshd.knownHosts, `[127.0.0.1]:${jump.port} ${jump.hostKey}\n`);
      const sshConfig = configured(
        "Host bastion",
        "  HostName 127.0.0.1",
        `  Port ${jump.port}`,
        `  IdentityFile ${jump.identityFile}`,
        "  IdentitiesOnly yes",
      );
      const connection = await reached({ transport, proxyJump: "bastion" }, { sshConfig });
      expect(connection.description.adapter).toBe(transport);
      expect(jump.connections()).toBe(1);
      expect(jump.log()).toContain("Accepted publickey");
    });

    test("a jump host with an unknown key is refused", async () => {
      const jump = await startSshd();
      closers.push(() => jump.stop());
      const sshConfig = configured(
        "Host bastion",
        "  HostName 127.0.0.1",
        `  Port ${jump.port}`,
        `  IdentityFile ${jump.identityFile}`,
        "  StrictHostKeyChecking no",
      );
      const before = sshd.connections();
      expect((await refused({ transport, proxyJump: "bastion" }, { sshConfig })).code).toBe(
        "transport/host-key-unknown",
      );
      expect(sshd.connections()).toBe(before);
    });

    test("a chain of jump hosts that leads back to itself is found before anything is dialled", async () => {
      const sshConfig = configured("Host a", "  ProxyJump b", "Host b", "  ProxyJump a");
      const before = sshd.connections();
      expect((await refused({ transport, proxyJump: "a" }, { sshConfig })).code).toBe("transport/jump-loop");
      expect(sshd.connections()).toBe(before);
    });
  });

  test("ten hosts behind one jump host share its connection", async () => {
    const jump = await startSshd();
    closers.push(() => jump.stop());
    appendFileSync(sshd.knownHosts, `[127.0.0.1]:${jump.port} ${jump.hostKey}\n`);
    const sshConfig = configured(
      "Host bastion",
      "  HostName 127.0.0.1",
      `  Port ${jump.port}`,
      `  IdentityFile ${jump.identityFile}`,
      "  IdentitiesOnly yes",
    );
    const transport = createTransport({ clock: realClock, environment: process.env, sshConfig });
    closers.push(() => transport.close());
    const host: HostAddress = {
      host: "web-1" as HostName,
      addresses: ["127.0.0.1"],
      port: sshd.port,
      proxyJump: "bastion",
      transport: "ssh2",
    };
    const connections = await Promise.all(Array.from({ length: 10 }, () => transport.connect(host, never)));
    expect(connections.map((connection) => connection.ok)).toEqual(Array(10).fill(true));
    expect(jump.connections()).toBe(1);
    for (const connection of connections) if (connection.ok) await connection.value.close();
  });

  describe("keys", () => {
    test("an encrypted key without anybody to ask is named", async () => {
      const locked = join(sshd.folder, "locked-alone");
      makeKey(locked, "a passphrase");
      const sshConfig = configured("IdentitiesOnly yes");
      writeFileSync(sshConfig, readFileSync(sshConfig, "utf8").replace(sshd.identityFile, locked));
      expect(await refused({ transport: "ssh2" }, { sshConfig })).toMatchObject({
        code: "transport/key-locked",
        what: expect.stringContaining(locked),
        next: `run: ssh-add ${locked}`,
      });
    });

    test("an encrypted key is asked for once, for all hosts, and a wrong passphrase again", async () => {
      const locked = join(sshd.folder, "locked");
      appendFileSync(join(sshd.folder, "authorized_keys"), `${makeKey(locked, "right")}\n`);
      const sshConfig = configured();
      writeFileSync(sshConfig, readFileSync(sshConfig, "utf8").replace(sshd.identityFile, locked));
      const asked: string[] = [];
      const askPassphrase = async (path: string) => {
        asked.push(path);
        return asked.length === 1 ? "wrong" : "right";
      };
      const transport = createTransport({ clock: realClock, environment: {}, sshConfig, askPassphrase });
      closers.push(() => transport.close());
      const host: HostAddress = {
        host: "web-1" as HostName,
        addresses: ["127.0.0.1"],
        port: sshd.port,
        transport: "ssh2",
      };
      for (const connection of await Promise.all([1, 2, 3].map(() => transport.connect(host, never)))) {
        expect(connection.ok).toBe(true);
        if (connection.ok) await connection.value.close();
      }
      expect(asked).toEqual([locked, locked]);
    });

    test("a key of the agent is enough, and IdentitiesOnly keeps the agent's other keys back", async () => {
      const agent = await startAgent(sshd.folder);
      closers.push(agent.stop);
      const strangers = [0, 1, 2, 3, 4, 5, 6].map((n) => join(sshd.folder, `agent-${n}`));
      for (const stranger of strangers) {
        makeKey(stranger);
        await agent.add(stranger);
      }
      await agent.add(sshd.identityFile);
      const onlyPublic = join(sshd.folder, "only-public");
      writeFileSync(`${onlyPublic}.pub`, readFileSync(`${sshd.identityFile}.pub`));
      const sshConfig = configured("IdentitiesOnly yes");
      writeFileSync(
        sshConfig,
        readFileSync(sshConfig, "utf8")
          .replace(sshd.identityFile, onlyPublic)
          .replace("IdentityAgent none", "IdentityAgent SSH_AUTH_SOCK"),
      );
      const environment = { ...process.env, SSH_AUTH_SOCK: agent.socket };
      expect((await reached({ transport: "ssh2" }, { sshConfig, environment })).description.adapter).toBe("ssh2");
    });
  });

  describe("the choice of adapter", () => {
    test("without special needs it is ssh2, and says so", async () => {
      expect((await reached({})).description).toMatchObject({
        adapter: "ssh2",
        because: "nothing needs the OpenSSH client",
      });
    });

    test("a user certificate beside the key takes OpenSSH, which logs in with it", async () => {
      const ca = join(sshd.folder, "user-ca");
      const caPublic = makeKey(ca);
      const certified = await startSshd({ settings: [`TrustedUserCAKeys ${ca}.pub`] });
      closers.push(() => certified.stop());
      const key = join(sshd.folder, "certified");
      makeKey(key);
      await signKey(ca, key, certified.user);
      writeFileSync(`${ca}.pub`, `${caPublic}\n`);
      const sshConfig = join(certified.folder, "with-certificate");
      writeFileSync(sshConfig, readFileSync(certified.sshConfig, "utf8").replace(certified.identityFile, key));
      const connection = await reached({ port: certified.port }, { sshConfig });
      expect(connection.description).toMatchObject({ adapter: "openssh", because: `${key} is a certificate` });
      expect(certified.log()).toContain("Accepted certificate");
    });

    test("a host known only through a certificate authority takes OpenSSH", async () => {
      writeFileSync(sshd.knownHosts, `@cert-authority [127.0.0.1]:* ${otherKey}\n`);
      // The server has no certificate, so OpenSSH refuses it too: the reason for choosing it is what counts here.
      expect((await refused({})).code).toBe("transport/host-key-unknown");
    });

    test("ProxyCommand takes OpenSSH, which goes through it", async () => {
      const sshConfig = configured(
        `ProxyCommand ${process.execPath} -e "const s=require('net').connect(${sshd.port},'127.0.0.1');process.stdin.pipe(s).pipe(process.stdout)"`,
      );
      expect((await reached({}, { sshConfig })).description).toMatchObject({
        adapter: "openssh",
        because: "the SSH configuration sets ProxyCommand",
      });
    });

    test("without common algorithms over ssh2, OpenSSH gets one try", async () => {
      const modern = await startSshd({ settings: ["KexAlgorithms sntrup761x25519-sha512@openssh.com"] });
      closers.push(() => modern.stop());
      const sshConfig = join(modern.folder, "modern");
      writeFileSync(sshConfig, readFileSync(modern.sshConfig, "utf8").replace(/ {2}KexAlgorithms .*\n/, ""));
      expect((await reached({ port: modern.port }, { sshConfig })).description).toMatchObject({
        adapter: "openssh",
        because: "ssh2 has no algorithms in common with the host",
      });
    });

    test("localhost without further words needs no SSH", async () => {
      const transport = createTransport({ clock: realClock, environment: process.env });
      const connection = await transport.connect(
        { host: "here" as HostName, addresses: ["localhost"], transport: "auto" },
        never,
      );
      expect(connection.ok && connection.value.description.adapter).toBe("local");
      await transport.close();
    });
  });

  test("sshd that drops connections at random is asked again until it answers", async () => {
    const busy = await startSshd({ settings: ["MaxStartups 1:50:4"] });
    closers.push(() => busy.stop());
    const transport = createTransport({
      clock: { now: Date.now, sleep: (ms, signal) => realClock.sleep(ms / 20, signal) },
      environment: process.env,
      sshConfig: busy.sshConfig,
    });
    closers.push(() => transport.close());
    const host: HostAddress = {
      host: "web-1" as HostName,
      addresses: ["127.0.0.1"],
      port: busy.port,
      transport: "ssh2",
    };
    const connections = await Promise.all(Array.from({ length: 8 }, () => transport.connect(host, never)));
    for (const connection of connections) {
      expect(connection.ok || connection.error.code === "transport/throttled").toBe(true);
      if (connection.ok) await connection.value.close();
    }
    expect(busy.log()).toMatch(/drop connection|beginning MaxStartups throttling/);
    expect(connections.filter((connection) => connection.ok).length).toBeGreaterThan(4);
  });
});

/** Accepts connections and says nothing. */
async function silentServer(): Promise<{ port: number; close: () => Promise<void> }> {
  const { createServer } = await import("node:net");
  const sockets = new Set<import("node:net").Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function startAgent(folder: string) {
  const socket = join(folder, `agent-${Math.random().toString(36).slice(2)}`);
  const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  const { existsSync } = await import("node:fs");
  await until(() => existsSync(socket));
  return {
    socket,
    add: (key: string) => runTool("ssh-add", ["-q", key], { SSH_AUTH_SOCK: socket }),
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await gone;
    },
  };
}

const signKey = (ca: string, key: string, user: string): Promise<void> => {
  chmodSync(ca, 0o600);
  return runTool("ssh-keygen", ["-q", "-s", ca, "-I", "test", "-n", user, `${key}.pub`]);
};

function runTool(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "ignore", env: { ...process.env, ...env } });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${file} ended with ${code}`))));
  });
}
