import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostName } from "../../../src/domain/ids.ts";
import { createNewHostKeys, isFingerprint } from "../../../src/domain/known-hosts/new-host-keys.ts";
import { loginKeys } from "../../../src/effects/ssh/login-keys.ts";

let folder: string;
let line: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nixfleet-keys-"));
  execFileSync("mkdir", ["-p", join(folder, ".ssh")]);
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "ann@desk",
    "-f",
    join(folder, ".ssh/id_ed25519"),
  ]);
  line = readFileSync(join(folder, ".ssh/id_ed25519.pub"), "utf8").split(" ").slice(0, 2).join(" ");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("keys of hosts that nobody knows", () => {
  const host = "web-1" as HostName;
  const blob = () => Buffer.from(line.split(" ")[1] ?? "", "base64");

  test("are offered with the fingerprint that ssh-keygen prints, and believed only once somebody vouched", () => {
    const keys = createNewHostKeys([]);
    expect(keys.offered(host)).toBeUndefined();
    expect(keys.judge(host, blob())).toBe(false);
    const offered = keys.offered(host);
    const printed = execFileSync("ssh-keygen", ["-lf", join(folder, ".ssh/id_ed25519.pub")], { encoding: "utf8" });
    expect(printed).toContain(offered?.fingerprint);
    expect(offered).toMatchObject({ type: "ED25519", line });
    keys.vouchFor(offered?.fingerprint ?? "");
    expect(keys.judge(host, blob())).toBe(true);
  });

  test("are believed when their fingerprint was given beforehand, and no others", () => {
    const other = createNewHostKeys(["SHA256:0000000000000000000000000000000000000000000"]);
    expect(other.judge(host, blob())).toBe(false);
    const right = createNewHostKeys([other.offered(host)?.fingerprint ?? ""]);
    expect(right.judge(host, blob())).toBe(true);
  });

  test.each(["", "SHA256:", "MD5:aa:bb", "SHA256:tooshort", `SHA256:${"A".repeat(44)}`])(
    "have no fingerprint %j",
    (text) => {
      expect(isFingerprint(text)).toBe(false);
    },
  );
});

describe("keys to log in with", () => {
  test("are those that lie where ssh looks, without comment", async () => {
    expect(await loginKeys(folder).usual(undefined)).toEqual({ ok: true, value: [line] });
  });

  test("are told from the private key where its public half is not there", async () => {
    const lonely = join(folder, "lonely");
    execFileSync("cp", [join(folder, ".ssh/id_ed25519"), lonely]);
    expect(await loginKeys(folder).usual(lonely)).toEqual({ ok: true, value: [line] });
  });

  test("are refused from a file with anything else in it, such as a private key or options", async () => {
    for (const text of [
      readFileSync(join(folder, ".ssh/id_ed25519"), "utf8"),
      `command="id" ${line}\n`,
      `${line}\nx\n`,
    ]) {
      const file = join(folder, "odd.pub");
      writeFileSync(file, text);
      expect(await loginKeys(folder).read(file)).toMatchObject({
        ok: false,
        error: { code: "bootstrap/no-login-key" },
      });
    }
  });

  test("are missed with advice", async () => {
    expect(await loginKeys("/nonexistent").usual(undefined)).toMatchObject({
      ok: false,
      error: { code: "bootstrap/no-login-key", next: expect.stringContaining("--public-key") },
    });
  });
});
