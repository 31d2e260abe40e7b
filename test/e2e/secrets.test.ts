/** The example's application on a machine of each base, with a password that nobody ever typed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestLab, useLab } from "../support/lab.ts";
import { laySecretFleet, rootOn, type SecretFleet } from "../support/secret-fleet.ts";

const names = ["lab-1", "lab-2"];
const SECRET = "/run/nixfleet-secrets/myapp-admin";

let lab: TestLab;
let fleet: SecretFleet;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, shape: ["lab-1=nixos", "lab-2=ubuntu"] });
  const host = { roles: ["users", "myapp"], vars: { adminPage: true } };
  fleet = await laySecretFleet(lab, { hosts: { "lab-1": host, "lab-2": host } });
});

afterAll(() => fleet?.remove());

const onAll = (script: string): Promise<readonly string[]> =>
  Promise.all(names.map((name) => rootOn(lab, name, script)));
/** What the application reads, from the configuration that it made of it. */
const seenByApp = async (): Promise<readonly string[]> =>
  (await onAll("cat /run/myapp/httpd.conf")).map((line) => line.trim().replace("/admin:admin:", ""));
const startsOf = (unit: string) => onAll(`systemctl show -P ExecMainStartTimestampMonotonic ${unit}`);
const shown = () => fleet.succeed("secrets", "show", "myapp-admin");
const bothOf = (value: string): readonly string[] => names.map(() => value);

describe("the application's password, on NixOS and Ubuntu alike", () => {
  test("is made by a generator, and reaches its service and nobody else", async () => {
    const missing = await fleet.nixfleet("plan");
    expect([missing.code, missing.stdout]).toEqual([3, expect.stringContaining("[secrets/missing]")]);
    await fleet.succeed("secrets", "generate");
    fleet.commit();
    expect((await fleet.succeed("plan")).match(/secrets\n +\+ myapp-admin/g)).toHaveLength(2);
    await fleet.succeed("apply", "--yes");
    expect(await seenByApp()).toEqual(bothOf(await shown()));
    expect(await onAll(`stat -L -c '%a %U %G' ${SECRET} /run/nixfleet-secrets; stat -f -c %T ${SECRET}`)).toEqual(
      bothOf("400 myapp root\n711 root root\ntmpfs"),
    );
    for (const answer of await onAll(`setpriv --reuid=ops cat ${SECRET} 2>&1 || true`))
      expect(answer).toMatch(/denied/);
    expect(await onAll("find /var/lib/nixfleet/secrets -perm /077")).toEqual(bothOf(""));
    expect(await fleet.succeed("plan")).toMatch(/Nothing to do/);
  });

  test("is rotated with a restart of just its unit, and comes back with a rollback", async () => {
    const [old, app, others] = [await shown(), await startsOf("myapp"), await startsOf("ssh")];
    await fleet.succeed("secrets", "generate", "--rotate", "myapp-admin");
    fleet.commit();
    expect((await fleet.succeed("plan")).match(/restart +myapp\.service +uses secret myapp-admin/g)).toHaveLength(2);
    await fleet.succeed("apply", "--yes");
    expect(await shown()).not.toBe(old);
    expect(await seenByApp()).toEqual(bothOf(await shown()));
    const restarted = await startsOf("myapp");
    for (const [index, start] of restarted.entries()) expect(start).not.toBe(app[index]);
    expect(await startsOf("ssh")).toEqual(others);
    await fleet.succeed("rollback", "--group", "all", "--yes");
    expect(await seenByApp()).toEqual(bothOf(old));
  });

  test("is there after a reboot, before the application starts", async () => {
    const before = await seenByApp();
    for (const name of names) {
      await lab.power(name, "off");
      await lab.power(name, "on");
    }
    expect(await onAll("systemctl is-active myapp.service")).toEqual(bothOf("active"));
    expect(await seenByApp()).toEqual(before);
    const status = JSON.parse((await fleet.nixfleet("status", "--json")).stdout);
    expect(status.hosts.map(({ drift }: { drift: unknown }) => drift)).toEqual([[], []]);
  });
});
