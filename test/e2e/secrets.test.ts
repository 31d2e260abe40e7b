import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestLab, useLab } from "../support/lab.ts";
import { laySecretFleet, readerUnit, type SecretFleet } from "../support/secret-fleet.ts";

const ONE = "MARKER-first-aQ7xW2";
const TWO = "MARKER-second-Zk93Lm";
const BAD = "MARKER-refused-Pp41Ty";
const markers = [ONE, TWO, BAD];

let lab: TestLab;
let fleet: SecretFleet;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = await laySecretFleet(lab, { hostFiles: { "lab-1": readerUnit } });
  await fleet.keep("token", ONE);
});

afterAll(() => fleet?.remove());

const root = async (script: string): Promise<string> => {
  const answer = await lab.ssh("lab-1", `sudo sh -c '${script.replaceAll("'", "'\\''")}'`);
  if (answer.code !== 0) throw new Error(`${script}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
};
const value = () => root("cat /run/nixfleet-secrets/token");
const startOf = (unit: string) => root(`systemctl show -P ExecMainStartTimestampMonotonic ${unit}`);
const succeed = async (...words: string[]): Promise<string> => {
  const answer = await fleet.nixfleet(...words);
  if (answer.code !== 0) throw new Error(`${words.join(" ")}: ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout + answer.stderr;
};

describe("a secret", () => {
  test("reaches its service and nobody else", async () => {
    const plan = await succeed("plan");
    expect(plan).toMatch(/secrets\n +\+ token/);
    await succeed("apply", "--yes");
    expect(await value()).toBe(ONE);
    expect(await root("stat -L -c '%a %U %G' /run/nixfleet-secrets/token /run/nixfleet-secrets")).toBe(
      "400 svc root\n711 root root",
    );
    expect(await root("stat -f -c %T /run/nixfleet-secrets/")).toBe("tmpfs");
    expect(await root("su -s /bin/sh nobody -c 'cat /run/nixfleet-secrets/token' 2>&1 || true")).toMatch(/denied/);
    expect(await root("find /var/lib/nixfleet/secrets -perm /077")).toBe("");
    expect(await succeed("plan")).toMatch(/Nothing to do/);
  });

  test("is rotated with a restart of just the units that use it, and comes back with a rollback", async () => {
    const [reader, bystander] = [await startOf("reader"), await startOf("bystander")];
    await fleet.keep("token", TWO);
    expect(await succeed("plan")).toMatch(/restart +reader\.service +uses secret token/);
    await succeed("apply", "--yes");
    expect(await value()).toBe(TWO);
    expect(await startOf("reader")).not.toBe(reader);
    expect(await startOf("bystander")).toBe(bystander);
    await succeed("rollback", "--yes");
    expect(await value()).toBe(ONE);
    await succeed("apply", "--yes");
    expect(await value()).toBe(TWO);
  });

  test("is back after a reboot", async () => {
    await lab.power("lab-1", "off");
    await lab.power("lab-1", "on");
    expect(await value()).toBe(TWO);
    expect(await root("systemctl is-active reader.service")).toBe("active");
    expect(await succeed("plan")).toMatch(/Nothing to do/);
  });

  test("that a failing apply brought is gone again, with the old one in place", async () => {
    const file = "hosts/lab-1.nix";
    const good = fleet.read(file);
    fleet.write(file, good.replace("exec sleep infinity", "exit 3"));
    await fleet.keep("token", BAD);
    const failed = await fleet.nixfleet("apply", "--yes", "-vvv", "--json");
    expect(failed.code).toBe(5);
    expect(await value()).toBe(TWO);
    fleet.write(file, good);
    await fleet.keep("token", TWO);
    await succeed("apply", "--yes");
    expect(failed.stdout + failed.stderr).not.toContain("MARKER");
  });
});

describe("an encrypted file", () => {
  const path = () => join(fleet.folder, "secrets/lab/token.age");

  test.each([
    ["that was cut", (bytes: Buffer) => bytes.subarray(0, bytes.length - 5), "secrets/damaged"],
    ["that was changed", (bytes: Buffer) => flipped(bytes, bytes.length - 3), "secrets/damaged"],
    ["with a changed head", (bytes: Buffer) => flipped(bytes, 40), "secrets/damaged|secrets/no-identity"],
  ])("%s is refused, with the old secret in place", async (_title, damage, code) => {
    const whole = readFileSync(path());
    writeFileSync(path(), damage(whole));
    fleet.commit();
    const answer = await fleet.nixfleet("apply", "--yes");
    writeFileSync(path(), whole);
    fleet.commit();
    expect(answer.code).not.toBe(0);
    expect(answer.stdout + answer.stderr).toMatch(new RegExp(code));
    expect(await value()).toBe(TWO);
  });

  test("is not opened by somebody else's identity", async () => {
    await fleet.keep("token", BAD);
    const other = `${fleet.identityFile}-other`;
    const key = execFileSync(process.execPath, [
      ...["--input-type=module", "-e"],
      "import { generateX25519Identity as g } from 'age-encryption'; console.log(await g())",
    ]);
    writeFileSync(other, key, { mode: 0o600 });
    const own = fleet.env.NIXFLEET_IDENTITY;
    Object.assign(fleet.env, { NIXFLEET_IDENTITY: other });
    const answer = await fleet.nixfleet("plan");
    Object.assign(fleet.env, { NIXFLEET_IDENTITY: own });
    expect(answer.stdout + answer.stderr).toMatch(/secrets\/no-identity/);
    await fleet.keep("token", TWO);
    await succeed("apply", "--yes");
  });
});

describe("a link for a secret", () => {
  test("is not made in a folder that somebody else than root may change", async () => {
    await root("install -d -o svc -m 0755 /srv/trap && ln -sfn /etc /srv/trap/inside");
    const file = "hosts/lab-1.nix";
    const good = fleet.read(file);
    fleet.write(file, good.replace('owner = "svc";', 'owner = "svc"; path = "/srv/trap/inside/token";'));
    fleet.commit();
    const answer = await fleet.nixfleet("apply", "--yes");
    fleet.write(file, good);
    fleet.commit();
    expect(answer.code).toBe(5);
    expect(answer.stdout + answer.stderr).toMatch(/only root may change/);
    expect(await root("ls /etc/token 2>/dev/null || true")).toBe("");
    expect(await value()).toBe(TWO);
  });

  test("lies where a program looks for it, and goes with it", async () => {
    const file = "hosts/lab-1.nix";
    const good = fleet.read(file);
    fleet.write(file, good.replace('owner = "svc";', 'owner = "svc"; path = "/etc/token";'));
    fleet.commit();
    await succeed("apply", "--yes");
    expect(await root("readlink /etc/token")).toBe("/run/nixfleet-secrets/token");
    fleet.write(file, good);
    fleet.commit();
    await succeed("apply", "--yes");
    expect(await root("ls /etc/token 2>/dev/null || true")).toBe("");
  });
});

describe("the values", () => {
  test("lie in no store, journal, plan, log or core file, and on no command line", async () => {
    await fleet.keep("token", ONE);
    const watching = lab.ssh(
      "lab-1",
      `sudo sh -c 'until [ -e /run/stop-watching ]; do grep -l -a -s MARKE[R]- /proc/[0-9]*/cmdline && touch /run/seen; done; rm /run/stop-watching'`,
    );
    await succeed("plan", "--out", "plan.json", "-vvv");
    await succeed("apply", "plan.json", "--yes", "-vvv", "--json");
    await succeed("rollback", "--yes", "-vvv", "--json");
    await root("touch /run/stop-watching");
    await watching;
    // The words for searching do not match themselves, as sudo logs them.
    expect(await root("ls /run/seen 2>/dev/null || true")).toBe("");
    expect(
      await root(
        "find /var/lib/nixfleet -path /var/lib/nixfleet/secrets -prune -o -type f -exec grep -l -a MARKE[R]- {} +; true",
      ),
    ).toBe("");
    expect(await root("journalctl --no-pager -o cat | grep -a MARKE[R]- || true")).toBe("");
    expect(
      await root("grep -r -l -a MARKE[R]- /nix/store/*-nixfleet-* /tmp /var/tmp /var/log /var/crash 2>/dev/null; true"),
    ).toBe("");
    const top = join(fleet.folder, "..");
    const here = execFileSync("sh", ["-c", 'grep -r -l -a -e MARKER- "$0" || true', top], { encoding: "utf8" });
    expect(here).toBe("");
    for (const marker of markers) expect(fleet.read("plan.json")).not.toContain(marker);
  });

  test("go with the last host that is not managed any more", async () => {
    await succeed("remove", "--yes", "--host", "lab-1");
    expect(await root("ls -A /run/nixfleet-secrets.d /run/nixfleet-secrets 2>/dev/null || true")).not.toMatch(/token/);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
