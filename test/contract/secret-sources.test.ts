/** Where values come from besides files of age: sops and programs. The same tests for the stand-in of sops and for sops itself. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SecretSource } from "../../src/domain/manifest/secrets.ts";
import { createSecretStore } from "../../src/effects/secrets/store.ts";
import { encryptSops } from "../support/sops-file.ts";
import { installSops } from "../support/sops-program.ts";

const FILE = "secrets/prod.yaml";
const tree = { myapp: { token: "a long secret value", port: 8080 }, replicas: ["one", "two"] };

let root: string;
let env: Record<string, string>;
let recipient: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "nixfleet-sources-"));
  for (const folder of ["secrets", "bin"]) mkdirSync(join(root, folder));
  recipient = await identity("mine");
  env = { PATH: `${join(root, "bin")}:${process.env.PATH}`, NIXFLEET_IDENTITY: join(root, "mine") };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function identity(name: string): Promise<string> {
  const key = await generateX25519Identity();
  writeFileSync(join(root, name), `# ${name}\n${key}\n`, { mode: 0o600 });
  return identityToRecipient(key);
}

const open = (source: SecretSource) =>
  createSecretStore({ root, env, home: root }).open({ name: "token", source }, new AbortController().signal);

/** The value, or the code of the failure. */
async function outcome(source: SecretSource): Promise<string> {
  const opened = await open(source);
  return opened.ok ? Buffer.from(opened.value).toString("latin1") : opened.error.code;
}

const noSops = spawnSync("sops", ["--version"]).status === 0 ? "" : " (skipped: no sops here)";

describe.each([
  ["the stand-in for sops", true],
  [`sops itself${noSops}`, noSops === ""],
])("a file of %s", (title, isThere) => {
  const inSops = (key: string, file = FILE): SecretSource => {
    const sha256 = createHash("sha256")
      .update(readFileSync(join(root, file)))
      .digest("hex");
    return { kind: "sops", file, key, sha256 };
  };
  beforeEach(async () => {
    if (title.startsWith("the stand-in")) installSops(join(root, "bin"));
    writeFileSync(join(root, FILE), await encryptSops(tree, [recipient]));
  });

  test.runIf(isThere)("gives the value at a path, byte for byte", async () => {
    expect(await outcome(inSops("myapp/token"))).toBe("a long secret value");
    expect(await outcome(inSops("myapp/port"))).toBe("8080");
    expect(await outcome(inSops("replicas/1"))).toBe("two");
    expect(await outcome(inSops("myapp/tokn"))).toBe("secrets/source-failed");
    expect(readFileSync(join(root, FILE), "utf8")).not.toContain("a long secret value");
  });

  test.runIf(isThere)("opens for each of two recipients, also when one key is lost", async () => {
    const lost = await identity("lost");
    writeFileSync(join(root, FILE), await encryptSops(tree, [lost, recipient]));
    rmSync(join(root, "lost"));
    expect(await outcome(inSops("myapp/token"))).toBe("a long secret value");
  });

  test.runIf(isThere)("is not opened by another identity, and says so in sops' own words", async () => {
    await identity("other");
    env.NIXFLEET_IDENTITY = join(root, "other");
    const opened = await open(inSops("myapp/token"));
    expect(opened).toMatchObject({ ok: false, error: { code: "secrets/source-failed" } });
    expect(opened.ok ? "" : opened.error.detail).toMatch(/no identity matched|data key/);
  });

  test.runIf(isThere).each([
    ["was cut", (text: string) => text.slice(0, text.indexOf("lastmodified"))],
    ["has a value of another file", (text: string) => text.replace(/data:[^,]*,/, "data:AAAA,")],
    ["has values that changed places", (text: string) => swapped(text)],
  ])("that %s gives nothing", async (_title, damage) => {
    writeFileSync(join(root, FILE), damage(readFileSync(join(root, FILE), "utf8")));
    expect(await outcome(inSops("myapp/token"))).toBe("secrets/source-failed");
  });

  test.runIf(isThere)("is refused when it is not the one that the closure was made with", async () => {
    const planned = inSops("myapp/token");
    writeFileSync(join(root, FILE), await encryptSops(tree, [recipient]));
    expect(await outcome(planned)).toBe("secrets/moved");
  });
});

test("a file of sops without the program says which one is missing", async () => {
  writeFileSync(join(root, FILE), "x: 1\n");
  env.PATH = join(root, "bin");
  const sha256 = createHash("sha256").update("x: 1\n").digest("hex");
  expect(await open({ kind: "sops", file: FILE, key: "x", sha256 })).toMatchObject({
    error: {
      code: "secrets/tool-missing",
      what: "the program sops is not on this machine",
      expected: "sops on the PATH (the secret token is in secrets/prod.yaml)",
    },
  });
});

describe.each(["pass", "op", "vault"])("a value that %s prints", (program) => {
  const install = (script: string): void => {
    writeFileSync(join(root, "bin", program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, "bin", program), 0o755);
  };
  const source: SecretSource = { kind: "command", command: [program, "show", "my app/token"] };

  test("is taken byte for byte, with the arguments as they are", async () => {
    install(`printf '%s|' "$@"; printf '\\0\\n'`);
    expect(await outcome(source)).toBe("show|my app/token|\0\n");
  });

  test("is not taken when the program fails, whose last words are told", async () => {
    install("echo half; echo the vault is sealed >&2; exit 2");
    expect(await open(source)).toMatchObject({
      error: { code: "secrets/source-failed", found: "exit code 2", detail: "the vault is sealed" },
    });
  });

  test("is missed when the program is", async () => {
    env.PATH = join(root, "bin");
    expect(await outcome(source)).toBe("secrets/tool-missing");
  });
});

/** The ciphertexts of the two members of the list in each other's place. */
function swapped(text: string): string {
  const [one = "", two = ""] = [...text.matchAll(/- (ENC\[[^\]]*\])/g)].map(([, value]) => value);
  return text.replace(one, "FIRST").replace(two, one).replace("FIRST", two);
}
