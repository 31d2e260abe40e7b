import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type HostName, parseHostName } from "../../../src/domain/ids.ts";
import type { Result } from "../../../src/domain/outcome/result.ts";
import type { DeclaredSecret, Generator } from "../../../src/domain/secrets/declared.ts";
import { projectSecrets } from "../../../src/effects/secrets/project.ts";
import { createSecretStore } from "../../../src/effects/secrets/store.ts";
import { checkSecrets } from "../../../src/workflows/secrets/check.ts";
import { editSecret } from "../../../src/workflows/secrets/edit.ts";
import { openFile, secretFile, writeFile } from "../../../src/workflows/secrets/encrypted-file.ts";
import { generate } from "../../../src/workflows/secrets/generate.ts";
import { rekey } from "../../../src/workflows/secrets/rekey.ts";
import type { SecretTools } from "../../../src/workflows/secrets/tools.ts";
import { realClock } from "../../support/real-clock.ts";

const MADE = "2026-01-01T00:00:00.000Z";
const FILE = "secrets/test/token.age";

let root: string;
let inStore: readonly string[];
let env: Record<string, string>;
let ann: Person;
let bob: Person;

interface Person {
  readonly identity: string;
  readonly recipient: string;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "nixfleet-secrets-"));
  mkdirSync(join(root, "secrets"));
  inStore = [];
  [ann, bob] = [await person("ann"), await person("bob")];
  env = { PATH: process.env.PATH ?? "", NIXFLEET_IDENTITY: ann.identity };
  people({ ann, bob });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

async function person(name: string): Promise<Person> {
  const key = await generateX25519Identity();
  const identity = join(root, `${name}.key`);
  writeFileSync(identity, `# ${name}\n${key}\n`, { mode: 0o600 });
  return { identity, recipient: await identityToRecipient(key) };
}

function people(who: Record<string, Person>, more = ""): void {
  const lines = Object.entries(who).map(([name, { recipient }]) => `  ${name}: ${recipient}`);
  writeFileSync(join(root, "secrets/recipients.yaml"), `people:\n${lines.join("\n")}\n${more}`);
}

const tools = (declared: readonly DeclaredSecret[] = []): SecretTools => ({
  secrets: projectSecrets({ root, env, home: root }),
  clock: realClock,
  signal: new AbortController().signal,
  values: createSecretStore({ root, env, home: root }),
  storePaths: async () => ({ ok: true, value: inStore }),
  declared: async (hosts) => ({ ok: true, value: new Map(hosts.map((host) => [host, declared])) }),
});

const keep = async (text: string, file = FILE): Promise<void> => {
  take(await writeFile({ file, value: Buffer.from(text), made: MADE }, tools()));
};
const opened = async (file = FILE): Promise<string> => Buffer.from(take(await openFile(file, tools()))).toString();
const bytes = (file = FILE): string => readFileSync(join(root, file), "latin1");

function take<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.what}`);
  return result.value;
}
const codeOf = (result: Result<unknown>): string => (result.ok ? "ok" : result.error.code);

const web = parseHostName("web-1") as HostName;
const secret = (name: string, generator: Partial<Generator> | null = null): DeclaredSecret => ({
  name,
  source: { kind: "age", file: `secrets/test/${name}.age`, sha256: null },
  path: `/run/nixfleet-secrets/${name}`,
  mode: "0400",
  owner: "root",
  group: "root",
  restartUnits: [],
  reloadUnits: [],
  phase: "services",
  persist: "root-only",
  generator: generator === null ? null : { ...plain, ...generator },
});
const plain: Generator = {
  kind: "password",
  length: 24,
  commonName: "web-1",
  days: 30,
  command: [],
  dependsOn: [],
  rotateAfterDays: null,
};

describe("an encrypted file", () => {
  test("opens for each of its people, also when one key is lost", async () => {
    await keep("open sesame");
    rmSync(ann.identity);
    env.NIXFLEET_IDENTITY = bob.identity;
    expect(await opened()).toBe("open sesame");
  });

  test("does not open for others, who learn what was looked for", async () => {
    await keep("open sesame");
    env.NIXFLEET_IDENTITY = (await person("eve")).identity;
    expect(codeOf(await openFile(FILE, tools()))).toBe("secrets/no-identity");
  });

  test.each([
    ["cut", (text: string) => text.slice(0, -4)],
    ["tampered with", (text: string) => `${text.slice(0, -2)}${text.at(-2) === "x" ? "y" : "x"}${text.at(-1)}`],
    ["emptied", () => ""],
  ])("that was %s gives nothing", async (_title, damage) => {
    await keep("open sesame");
    writeFileSync(join(root, FILE), damage(bytes()), "latin1");
    expect(codeOf(await openFile(FILE, tools()))).toBe("secrets/damaged");
  });

  test("is not opened with an identity that others may read", async () => {
    await keep("open sesame");
    writeFileSync(join(root, "loose"), readFileSync(ann.identity), { mode: 0o644 });
    env.NIXFLEET_IDENTITY = join(root, "loose");
    expect(codeOf(await openFile(FILE, tools()))).toBe("secrets/bad-identity");
  });

  test("opens with the ssh key of whom it was encrypted to", async () => {
    const key = join(root, "id_ed25519");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    people({ ann: { ...ann, recipient: readFileSync(`${key}.pub`, "utf8").trim() } });
    await keep("by ssh");
    env.NIXFLEET_IDENTITY = key;
    expect(await opened()).toBe("by ssh");
  });

  test.runIf(spawnSync("age", ["--version"]).status === 0)("is one that the age program reads and writes", async () => {
    const key = join(root, "id_ed25519");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const recipient = readFileSync(`${key}.pub`, "utf8").trim();
    people({ ann: { ...ann, recipient } });
    await keep("ours");
    expect(execFileSync("age", ["-d", "-i", key, join(root, FILE)]).toString()).toBe("ours");
    execFileSync("age", ["-a", "-r", recipient, "-o", join(root, FILE)], { input: "theirs" });
    env.NIXFLEET_IDENTITY = key;
    expect(await opened()).toBe("theirs");
  });
});

describe("editing", () => {
  const editor = (script: string): void => {
    const file = join(root, "editor");
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    env.EDITOR = file;
  };
  const inMemory = (): string[] =>
    readdirSync("/dev/shm").filter((name) => name.startsWith(`nixfleet-secret-${process.pid}-`));

  test("writes what the editor left, in memory only", async () => {
    await keep("old");
    editor(`stat -f -c %T "$1" >${join(root, "where")}; printf new >"$1"`);
    expect(take(await editSecret(FILE, tools()))).toBe("written");
    expect(await opened()).toBe("new");
    expect(readFileSync(join(root, "where"), "utf8")).toBe("tmpfs\n");
    expect(inMemory()).toEqual([]);
  });

  test("leaves the old secret when it is ended from outside, and no file in memory", async () => {
    await keep("old");
    const before = bytes();
    const ending = new AbortController();
    editor(`printf half >"$1"; touch ${join(root, "opened")}; exec sleep 600`);
    const editing = editSecret(FILE, { ...tools(), signal: ending.signal });
    await vi.waitUntil(() => existsSync(join(root, "opened")), { timeout: 20_000 });
    ending.abort();
    expect(codeOf(await editing)).toBe("secrets/editor");
    expect(bytes()).toBe(before);
    expect(inMemory()).toEqual([]);
  });

  test("leaves the old secret when the editor crashes, and no file in memory", async () => {
    await keep("old");
    const before = bytes();
    editor(`printf half >"$1"; kill -SEGV $$`);
    expect(codeOf(await editSecret(FILE, tools()))).toBe("secrets/editor");
    expect(bytes()).toBe(before);
    expect(inMemory()).toEqual([]);
  });

  test("writes nothing when nothing changed", async () => {
    await keep("old");
    const before = bytes();
    editor("true");
    expect(take(await editSecret(FILE, tools()))).toBe("unchanged");
    expect(bytes()).toBe(before);
  });

  test("names the file by environment and host", () => {
    expect(secretFile("token", "prod")).toBe("secrets/prod/token.age");
    expect(secretFile("token", "prod", "web-1")).toBe("secrets/prod/web-1/token.age");
    expect(secretFile("secrets/x.age", "prod")).toBe("secrets/x.age");
  });
});

describe("rekeying", () => {
  test("touches only files that are for other keys than they should be", async () => {
    await keep("one");
    await keep("two", "secrets/prod/other.age");
    const untouched = bytes("secrets/prod/other.age");
    people({ ann, bob }, "access:\n  test/*: [bob]\n");
    const done = take(await rekey(tools()));
    expect(done).toMatchObject({ written: [FILE], untouched: 1, withdrawn: [FILE], failures: [] });
    expect(bytes("secrets/prod/other.age")).toBe(untouched);
    expect(codeOf(await openFile(FILE, tools()))).toBe("secrets/no-identity");
    env.NIXFLEET_IDENTITY = bob.identity;
    expect(await opened()).toBe("one");
    expect(take(await rekey(tools())).written).toEqual([]);
  });

  test("goes on behind a file that we cannot open, and leaves that one alone", async () => {
    people({ bob });
    await keep("bob's");
    people({ ann });
    await keep("ann's", "secrets/test/b.age");
    people({ ann, bob });
    const before = bytes();
    const done = take(await rekey(tools()));
    expect(done.written).toEqual(["secrets/test/b.age"]);
    expect(done.failures.map(({ code }) => code)).toEqual(["secrets/no-identity"]);
    expect(bytes()).toBe(before);
  });
});

describe("generating", () => {
  test("makes what is missing, each in its form, and nothing twice", async () => {
    const declared = [
      secret("pass", { kind: "password" }),
      secret("key", { kind: "ssh-key" }),
      secret("wg", { kind: "wireguard" }),
      secret("tls", { kind: "x509" }),
      secret("by-hand"),
    ];
    const made = take(await generate({ hosts: [web], rotate: [], due: false }, tools(declared)));
    expect(made).toHaveLength(4);
    expect(await opened("secrets/test/pass.age")).toMatch(/^[A-Za-z0-9]{24}$/);
    writeFileSync(join(root, "made"), await opened("secrets/test/key.age"), { mode: 0o600 });
    const shown = execFileSync("ssh-keygen", ["-y", "-f", join(root, "made")]).toString();
    expect(readFileSync(join(root, "secrets/test/key.pub"), "utf8")).toBe(shown);
    expect(Buffer.from(await opened("secrets/test/wg.age"), "base64")).toHaveLength(32);
    const subject = execFileSync("openssl", ["x509", "-noout", "-subject", "-in", join(root, "secrets/test/tls.pub")]);
    expect(subject.toString()).toContain("web-1");
    expect(take(await generate({ hosts: [web], rotate: [], due: false }, tools(declared)))).toEqual([]);
  });

  test("rotates what is asked for and what is due", async () => {
    const declared = [secret("token", { rotateAfterDays: 30 })];
    await keep("old");
    expect(take(await generate({ hosts: [web], rotate: [], due: false }, tools(declared)))).toEqual([]);
    expect(take(await generate({ hosts: [web], rotate: [], due: true }, tools(declared)))[0]?.because).toBe("due");
    expect(take(await generate({ hosts: [web], rotate: [], due: true }, tools(declared)))).toEqual([]);
    expect(take(await generate({ hosts: [web], rotate: ["token"], due: false }, tools(declared)))).toHaveLength(1);
    expect(await opened()).not.toBe("old");
  });

  test("gives a command the secrets that it depends on, made before it", async () => {
    const command = ["sh", "-c", 'printf public >"$NIXFLEET_PUBLIC"; printf "hash of "; cat "$NIXFLEET_SECRETS/pass"'];
    const declared = [secret("hash", { kind: "command", command, dependsOn: ["pass"] }), secret("pass", {})];
    const made = take(await generate({ hosts: [web], rotate: [], due: false }, tools(declared)));
    expect(made.map(({ file }) => file)).toEqual(["secrets/test/pass.age", "secrets/test/hash.age"]);
    expect(await opened("secrets/test/hash.age")).toBe(`hash of ${await opened("secrets/test/pass.age")}`);
    expect(readFileSync(join(root, "secrets/test/hash.pub"), "utf8")).toBe("public");
  });

  test("makes anew what is made of a secret that is rotated", async () => {
    const command = ["sh", "-c", 'cat "$NIXFLEET_SECRETS/ca"'];
    const declared = [secret("ca", {}), secret("leaf", { kind: "command", command, dependsOn: ["ca"] })];
    take(await generate({ hosts: [web], rotate: [], due: false }, tools(declared)));
    const made = take(await generate({ hosts: [web], rotate: ["ca"], due: false }, tools(declared)));
    expect(made.map(({ file, because }) => `${file} ${because}`)).toEqual([
      "secrets/test/ca.age asked",
      "secrets/test/leaf.age needs",
    ]);
    expect(await opened("secrets/test/leaf.age")).toBe(await opened("secrets/test/ca.age"));
  });

  test("refuses a circle of needs, and a name that no generator makes", async () => {
    const needs = (...dependsOn: string[]): Partial<Generator> => ({ kind: "command", command: ["true"], dependsOn });
    const declared = [secret("a", needs("b")), secret("b", needs("c")), secret("c", needs("a"))];
    const circle = await generate({ hosts: [web], rotate: [], due: false }, tools(declared));
    expect(circle).toMatchObject({ error: { code: "secrets/generator", found: "a -> b -> c -> a" } });
    const unknown = await generate({ hosts: [web], rotate: ["tokn"], due: false }, tools([secret("token", {})]));
    expect(unknown).toMatchObject({ error: { code: "secrets/unknown", expected: "one of token" } });
    expect(await tools().secrets.list()).toEqual([]);
  });

  test("writes nothing when the command fails", async () => {
    const declared = [secret("x", { kind: "command", command: ["sh", "-c", "printf half; exit 3"] })];
    expect(codeOf(await generate({ hosts: [web], rotate: [], due: false }, tools(declared)))).toBe(
      "secrets/source-failed",
    );
    expect(take({ ok: true, value: await tools().secrets.list() })).toEqual([]);
  });
});

describe("checking", () => {
  test("finds what is missing, unused, open to the wrong people, and in clear", async () => {
    await keep("a long secret value");
    await keep("x", "secrets/test/unused.age");
    mkdirSync(join(root, "modules"));
    writeFileSync(join(root, "modules/oops.nix"), '{ text = "a long secret value"; }');
    mkdirSync(join(root, "store"));
    writeFileSync(join(root, "store/config"), "token = a long secret value\n");
    inStore = [join(root, "store")];
    const sourced = (name: string, source: DeclaredSecret["source"]): DeclaredSecret => ({ ...secret(name), source });
    const more = [sourced("asked", { kind: "command", command: ["false"] })];
    people({ ann });
    const done = take(await checkSecrets([web], "test", tools([secret("token"), secret("gone"), ...more])));
    expect(done.unused).toEqual(["secrets/test/unused.age"]);
    expect(done.findings.map(({ code, what }) => `${code} ${what}`)).toEqual([
      "secrets/missing there is no file secrets/test/gone.age",
      "secrets/source-failed false did not give the secret (the secret asked comes from it)",
      "secrets/check secrets/test/token.age may be open to others than secrets/recipients.yaml says",
      "secrets/check the value of secrets/test/token.age stands in clear in modules/oops.nix",
      "secrets/check the value of secrets/test/token.age stands in clear in store/config",
      `secrets/check the value of secrets/test/token.age stands in clear in ${root}/store/config`,
    ]);
    expect(JSON.stringify(done)).not.toContain("a long secret value");
  });

  test("is content when all is well", async () => {
    await keep("a long secret value");
    expect(take(await checkSecrets([web], "test", tools([secret("token")])))).toEqual({
      secrets: 1,
      findings: [],
      unused: [],
    });
  });
});
