/** A real etcd of one member on loopback, for one test file. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian's package is called etcd-server. */
export const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;

export interface TestEtcd {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startEtcd(): Promise<TestEtcd> {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-etcd-"));
  const [client, peer] = [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${client}`;
  const child = spawn(
    "etcd",
    [
      ...["--name", "test", "--data-dir", folder, "--log-level", "error"],
      ...["--listen-client-urls", endpoint, "--advertise-client-urls", endpoint],
      ...[
        "--listen-peer-urls",
        `http://127.0.0.1:${peer}`,
        "--initial-advertise-peer-urls",
        `http://127.0.0.1:${peer}`,
      ],
      ...["--initial-cluster", `test=http://127.0.0.1:${peer}`],
    ],
    { stdio: "ignore" },
  );
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const healthy = await fetch(`${endpoint}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return { endpoint, stop };
    if (child.exitCode !== null) break;
    await new Promise((later) => setTimeout(later, 100));
  }
  await stop();
  throw new Error("etcd does not start");
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
