import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StorePath } from "../../src/domain/ids.ts";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import { readKeyFile } from "../../src/effects/nix/key-file.ts";
import { pathMemory } from "../../src/effects/nix/path-memory.ts";
import type { NixSettings } from "../../src/effects/nix/settings.ts";
import { createTransport } from "../../src/effects/ssh/transport.ts";
import type { BuildProgress } from "../../src/ports/nix-builder.ts";
import type { Connection, Transport } from "../../src/ports/transport.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { hostName, inventoryOf, type TestFleet, testFleet } from "../support/nix-fleet.ts";
import { realClock } from "../support/real-clock.ts";

const signal = new AbortController().signal;
const host = hostName("lab-1");
let lab: TestLab;
let fleet: TestFleet;
let transport: Transport;
let connection: Connection;
let socket: string;
let config: string;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = testFleet();
  config = mkdtempSync(join(tmpdir(), "nixfleet-config-"));
});
afterAll(() => {
  fleet?.remove();
  rmSync(config, { recursive: true, force: true });
});

beforeEach(async () => {
  transport = createTransport({ clock: realClock, environment: process.env, sshConfig: lab.sshConfig });
  const connected = await transport.connect({ host, addresses: ["lab-1"], transport: "auto" }, signal);
  if (!connected.ok) throw new Error(JSON.stringify(connected.error));
  connection = connected.value;
  const forwarded = await connection.forwardUnix("/nix/var/nix/daemon-socket/socket");
  if (!forwarded.ok) throw new Error(JSON.stringify(forwarded.error));
  socket = forwarded.value.localPath;
});
afterEach(() => transport.close());

/** A fleet without a key: nothing in the environment of whoever runs the tests counts. */
function unsignedSettings(): NixSettings {
  const settings = fleet.coldSettings();
  return { ...settings, env: { ...settings.env, XDG_CONFIG_HOME: config, NIXFLEET_SIGNING_KEY: undefined } };
}
const signedSettings = (): NixSettings => ({ ...unsignedSettings(), signingKeyFile: lab.signingKey });

/** Builds a closure that no host has seen. */
async function buildNew(settings: NixSettings): Promise<StorePath> {
  const builder = createNixBuilder(settings);
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  const inventoryJson = inventoryOf({ "lab-1": { greeting: `${process.pid} ${process.hrtime.bigint()}` } });
  const answers = await builder.evaluate({ source: source.value, inventoryJson, hosts: [host], signal });
  const evaluated = answers.ok ? answers.value.get(host) : answers;
  if (evaluated === undefined || !evaluated.ok || !("outPath" in evaluated.value))
    throw new Error(JSON.stringify(evaluated));
  const built = (await builder.build([evaluated.value], { signal })).get(host);
  if (!built?.ok) throw new Error(JSON.stringify(built));
  return built.value.system;
}

const isThere = async (path: string): Promise<boolean> => (await lab.ssh("lab-1", `test -e ${path}`)).code === 0;

describe("a closure on its way to a host, through the one connection", () => {
  test("is refused when nobody signed it, with advice", async () => {
    const settings = unsignedSettings();
    const path = await buildNew(settings);
    const builder = createNixBuilder(settings);
    expect(await builder.sign([path], signal)).toEqual({ ok: true, value: undefined });
    expect(await builder.copy({ host, paths: [path], socket, signal })).toMatchObject({
      ok: false,
      error: { code: "nix/unsigned-path", host: "lab-1", next: expect.stringContaining("nixfleet keys generate") },
    });
    expect(await isThere(path)).toBe(false);
  });

  test("is accepted when the fleet's key signed it, shows progress, and travels once", async () => {
    const settings = signedSettings();
    const path = await buildNew(settings);
    const builder = createNixBuilder(settings);
    expect(await builder.sign([path], signal)).toEqual({ ok: true, value: undefined });
    const seen: BuildProgress[] = [];
    const first = await builder.copy({
      host,
      paths: [path],
      socket,
      signal,
      onProgress: (progress) => seen.push(progress),
    });
    expect(first).toMatchObject({
      ok: true,
      value: { copiedPaths: expect.any(Number), copiedBytes: expect.any(Number) },
    });
    if (!first.ok) throw new Error("unreachable");
    expect(first.value.copiedPaths).toBeGreaterThanOrEqual(1);
    expect(first.value.copiedBytes).toBeGreaterThan(0);
    expect(seen).toContainEqual(expect.objectContaining({ kind: "copy", text: path }));
    expect((await lab.ssh("lab-1", `cat ${path}/manifest.json`)).stdout).toContain('"host":"lab-1"');
    expect(await builder.copy({ host, paths: [path], socket, signal })).toEqual({
      ok: true,
      value: { copiedPaths: 0, copiedBytes: 0 },
    });
  });

  test("is refused when another key signed it, and the key of this fleet is named", async () => {
    const settings = unsignedSettings();
    const other = join(config, "other-key");
    const { signingKeys } = await import("../../src/effects/nix/signing-keys.ts");
    expect(await signingKeys(process.env).generate("somebody-else-1", other)).toMatchObject({ ok: true });
    const path = await buildNew(settings);
    const builder = createNixBuilder({ ...settings, signingKeyFile: other });
    expect(await builder.sign([path], signal)).toMatchObject({ ok: true });
    expect(await builder.copy({ host, paths: [path], socket, signal })).toMatchObject({
      ok: false,
      error: { code: "nix/unsigned-path", next: expect.stringContaining("nixfleet keys show") },
    });
    expect(await isThere(path)).toBe(false);
  });

  test("is signed again when the signature that is remembered got lost", async () => {
    const settings = signedSettings();
    const path = await buildNew(settings);
    const key = await readKeyFile(lab.signingKey);
    if (!key.ok) throw new Error(JSON.stringify(key.error));
    const memory = pathMemory(join(settings.cacheDir, "signed", `${encodeURIComponent(key.value.publicKey)}.json`));
    await memory.remember([path]);
    const builder = createNixBuilder(settings);
    expect(await builder.sign([path], signal)).toMatchObject({ ok: true });
    expect(await builder.copy({ host, paths: [path], socket, signal })).toMatchObject({ ok: true });
    expect(await isThere(path)).toBe(true);
  });

  test("tells a lost connection from other trouble", async () => {
    const settings = signedSettings();
    const path = await buildNew(settings);
    const builder = createNixBuilder(settings);
    await builder.sign([path], signal);
    await connection.close();
    expect(await builder.copy({ host, paths: [path], socket, signal })).toMatchObject({
      ok: false,
      error: { code: "nix/daemon-lost", host: "lab-1" },
    });
  });

  test("tells a full disk on the host from other trouble", async () => {
    const settings = signedSettings();
    const path = await buildNew(settings);
    const builder = createNixBuilder(settings);
    await builder.sign([path], signal);
    const full =
      "sudo mount -t tmpfs -o size=4k,nr_inodes=3 full /nix/store && sudo systemctl restart nix-daemon.service";
    expect(await lab.ssh("lab-1", full)).toMatchObject({ code: 0 });
    try {
      expect(await builder.copy({ host, paths: [path], socket, signal })).toMatchObject({
        ok: false,
        error: { code: "nix/store-full", host: "lab-1", next: expect.stringContaining("nixfleet gc --collect") },
      });
    } finally {
      await lab.ssh("lab-1", "sudo umount -l /nix/store && sudo systemctl restart nix-daemon.service");
    }
  });

  test("stops when it is told to", async () => {
    const settings = signedSettings();
    const path = await buildNew(settings);
    const builder = createNixBuilder(settings);
    await builder.sign([path], signal);
    const controller = new AbortController();
    const answer = await builder.copy({
      host,
      paths: [path],
      socket,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(answer).toMatchObject({ ok: false, error: { code: "nix/interrupted", host: "lab-1" } });
  });

  test("needs no socket and no copy when the target is this machine itself", async () => {
    const settings = unsignedSettings();
    const path = await buildNew(settings);
    expect(await createNixBuilder(settings).copy({ host, paths: [path], signal })).toEqual({
      ok: true,
      value: { copiedPaths: 0, copiedBytes: 0 },
    });
  });
});
