/** What is not as it should be is refused, and the old secret stays in place. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TestLab } from "../support/lab.ts";
import { everywhere, type OnAll, readerFleet, rootOn, type SecretFleet, setReader } from "../support/secret-fleet.ts";

let lab: TestLab;
let fleet: SecretFleet;
let onAll: OnAll;

beforeAll(async () => {
  ({ lab, fleet, onAll } = await readerFleet());
  await fleet.keep("token", "good");
  await fleet.succeed("apply", "--yes");
});
afterAll(() => fleet?.remove());

const values = () => onAll("cat /run/nixfleet-secrets/token");
afterEach(async () => expect(await values()).toEqual(everywhere("good")));

describe("an encrypted file", () => {
  const path = (): string => join(fleet.folder, "secrets/lab/token.age");

  test.each([
    ["that was cut", (bytes: Buffer) => bytes.subarray(0, bytes.length - 5), "secrets/damaged"],
    ["that was changed", (bytes: Buffer) => flipped(bytes, bytes.length - 3), "secrets/damaged"],
    ["with a changed head", (bytes: Buffer) => flipped(bytes, 40), "secrets/damaged|secrets/no-identity"],
    ["without anything in it", () => Buffer.alloc(0), "secrets/damaged"],
  ])("%s is refused", async (_title, damage, code) => {
    const whole = readFileSync(path());
    writeFileSync(path(), damage(whole));
    fleet.commit();
    const answer = await fleet.nixfleet("apply", "--yes");
    writeFileSync(path(), whole);
    fleet.commit();
    expect(answer.code).toBe(5);
    expect(answer.stdout + answer.stderr).toMatch(new RegExp(code));
  });

  test("is not opened by somebody else's identity", async () => {
    const other = `${fleet.identityFile}-other`;
    writeFileSync(other, await generateX25519Identity(), { mode: 0o600 });
    await fleet.keep("token", "better");
    Object.assign(fleet.env, { NIXFLEET_IDENTITY: other });
    const answer = await fleet.nixfleet("apply", "--yes");
    Object.assign(fleet.env, { NIXFLEET_IDENTITY: fleet.identityFile });
    await fleet.keep("token", "good");
    expect([answer.code, answer.stdout]).toEqual([5, expect.stringContaining("secrets/no-identity")]);
    await fleet.succeed("apply", "--yes");
  });
});

describe("a link for a secret", () => {
  const linked = (path: string, more = ""): void => setReader(fleet, { secret: `path = "${path}";`, more });

  test("is not made in a folder that somebody else than root may change", async () => {
    await onAll("install -d -o nobody -m 0755 /srv/trap && ln -sfn /etc /srv/trap/inside");
    linked("/srv/trap/inside/token");
    const answer = await fleet.nixfleet("apply", "--yes");
    setReader(fleet);
    expect([answer.code, answer.stdout + answer.stderr]).toEqual([5, expect.stringContaining("only root may change")]);
    expect(await onAll("ls /etc/token 2>/dev/null || true")).toEqual(everywhere(""));
  });

  test("does not replace what somebody put there", async () => {
    await onAll("echo mine >/etc/token");
    linked("/etc/token");
    const answer = await fleet.nixfleet("apply", "--yes");
    setReader(fleet);
    expect([answer.code, answer.stdout + answer.stderr]).toEqual([5, expect.stringContaining("is not the link")]);
    expect(await onAll("cat /etc/token && rm /etc/token")).toEqual(everywhere("mine"));
  });

  test("lies where a program looks for it, also in a folder that comes with it, and goes with it", async () => {
    linked("/srv/keys/token", 'nixfleet.directories."/srv/keys".mode = "0711";');
    await fleet.succeed("apply", "--yes");
    expect(await onAll("readlink /srv/keys/token; stat -c %a /srv/keys")).toEqual(
      everywhere("/run/nixfleet-secrets/token\n711"),
    );
    linked("/etc/token");
    await fleet.succeed("apply", "--yes");
    expect(await onAll("readlink /etc/token; ls /srv/keys/token 2>/dev/null || true")).toEqual(
      everywhere("/run/nixfleet-secrets/token"),
    );
    setReader(fleet);
    await fleet.succeed("apply", "--yes");
    expect(await onAll("ls /etc/token 2>/dev/null || true")).toEqual(everywhere(""));
  });
});

test("a folder of somebody else in the place of ours is not taken over", async () => {
  await onAll(
    "rm /run/nixfleet-secrets && install -d -m 0755 /run/nixfleet-secrets && echo -n good >/run/nixfleet-secrets/token",
  );
  await fleet.keep("token", "better");
  const answer = await fleet.nixfleet("apply", "--yes");
  expect([answer.code, answer.stdout + answer.stderr]).toEqual([
    5,
    expect.stringContaining("is a directory that NixFleet did not make"),
  ]);
  await onAll("rm -r /run/nixfleet-secrets");
  await fleet.keep("token", "good");
  await fleet.succeed("apply", "--yes");
});

test("all of them go with the last one that is declared", async () => {
  fleet.write("modules/reader.nix", "{ }\n");
  fleet.commit();
  await fleet.succeed("apply", "--yes");
  for (const name of ["lab-1", "lab-2"]) {
    expect(
      await rootOn(lab, name, "ls -A /run/nixfleet-secrets.d /run/nixfleet-secrets 2>/dev/null || true"),
    ).not.toMatch(/token/);
  }
  setReader(fleet);
  await fleet.succeed("apply", "--yes");
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
