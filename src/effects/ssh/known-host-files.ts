/** Reads known_hosts files, and adds a key where the configuration says that new hosts are accepted. */
import { createHmac, randomBytes } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { knownHostName } from "../../domain/known-hosts/match.ts";
import { type KnownHost, keyTypeOf, parseKnownHosts } from "../../domain/known-hosts/parse.ts";
import type { HostIdentity } from "../../domain/known-hosts/verdict.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";

export interface KnownHostFiles {
  /** Entries of all files, in order. A file that is not there is empty; one that cannot be read is a failure. */
  read(paths: readonly string[]): Promise<Result<readonly KnownHost[]>>;
  /** Appends a key, one after the other. */
  add(path: string, host: HostIdentity, key: Buffer, hashed: boolean): Promise<Result<void>>;
}

export function createKnownHostFiles(): KnownHostFiles {
  const files = new Map<string, Promise<Result<readonly KnownHost[]>>>();
  let lastAppend: Promise<unknown> = Promise.resolve();
  return {
    async read(paths) {
      const all: KnownHost[] = [];
      for (const path of paths) {
        const reading = files.get(path) ?? readEntries(path);
        files.set(path, reading);
        const entries = await reading;
        if (!entries.ok) return entries;
        all.push(...entries.value);
      }
      return ok(all);
    },
    add(path, host, key, hashed) {
      const appended = lastAppend.then(() => append(path, host, key, hashed));
      lastAppend = appended;
      files.delete(path);
      return appended;
    },
  };
}

async function readEntries(path: string): Promise<Result<readonly KnownHost[]>> {
  try {
    return ok(parseKnownHosts(await readFile(path, "utf8"), path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return ok([]);
    return err(failure("transport/known-hosts", `cannot read ${path}`, { found: String(code) }));
  }
}

async function append(path: string, host: HostIdentity, key: Buffer, hashed: boolean): Promise<Result<void>> {
  const name = host.isAlias ? host.name.toLowerCase() : knownHostName(host.name, host.port);
  const line = `${hashed ? hash(name) : name} ${keyTypeOf(key)} ${key.toString("base64")}\n`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const before = await readFile(path, "utf8").catch(() => "");
    await appendFile(path, before === "" || before.endsWith("\n") ? line : `\n${line}`, { mode: 0o600 });
    return ok(undefined);
  } catch (error) {
    const found = String((error as NodeJS.ErrnoException).code);
    return err(failure("transport/known-hosts", `cannot add the new host key to ${path}`, { found }));
  }
}

function hash(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}
