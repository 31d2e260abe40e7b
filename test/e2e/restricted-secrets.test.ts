/** Secrets, accounts, packages and units on restricted hosts, and a run whose CLI dies on the way. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";
import { type SecretFleet, setReader, withSecrets } from "../support/secret-fleet.ts";
import { thief } from "../support/thief.ts";
import { until } from "../support/verbs.ts";

const bases = ["lab-1", "lab-2"] as const;
let restricted: RestrictedFleet;
let fleet: SecretFleet;

beforeAll(async () => {
  const host = { confirmWithin: "30s" };
  restricted = await restrictedFleet({ hosts: { "lab-1": host, "lab-2": host } });
  fleet = await withSecrets(restricted.fleet);
  for (const name of bases)
    fleet.write(
      `hosts/${name}.nix`,
      "{ pkgs, ... }: { imports = [ ../modules/reader.nix ]; nixfleet.packages = [ pkgs.busybox ]; }",
    );
  setReader(fleet);
  await fleet.keep("token", "first");
  await fleet.succeed("apply", "--group", "all", "--yes");
});
afterAll(() => restricted?.fleet.remove());

const onBoth = (command: string): Promise<string[]> =>
  Promise.all(bases.map((name) => restricted.asRoot(name, command)));
const values = () => onBoth("cat /run/nixfleet-secrets/token");

test("secrets reach their services and nobody else, and come back with a rollback", async () => {
  expect(await values()).toEqual(["first", "first"]);
  expect(await onBoth("systemctl is-active reader.service")).toEqual(["active", "active"]);
  for (const name of bases)
    expect((await restricted.asDeploy(name, "cat /run/nixfleet-secrets/token")).stderr).toContain("denied");
  await fleet.keep("token", "second");
  await fleet.succeed("apply", "--group", "all", "--yes");
  expect(await values()).toEqual(["second", "second"]);
  await fleet.succeed("rollback", "--group", "all", "--to", "previous", "--yes");
  expect(await values()).toEqual(["first", "first"]);
});

test("a thief learns no value of a secret, and may stage none without the lock", async () => {
  const steal = thief(restricted);
  for (const host of bases) {
    const { text } = await steal.attempt({ host, words: ["secret", "state", "-"] });
    expect(text).toContain("secret.live");
    expect(text).not.toContain("first");
    const stage = await steal.attempt({ host, words: ["secret", "stage", "RUN1"], payload: "NFS1 1\ntoken\t4\nevil" });
    expect(stage.code).toBe(75);
    const away = await steal.attempt({ host, words: ["secret", "stage", "../x"], payload: "NFS1 0\n" });
    expect(away.code).toBe(64);
  }
  expect(await values()).toEqual(["first", "first"]);
});

test("a run whose CLI was killed is taken up again, and ends as it was planned", async () => {
  await fleet.keep("token", "third");
  const applying = restricted.fleet.start(["apply", "--group", "all", "--yes"]);
  await until(
    "an activation is going on",
    async () => (await restricted.asRoot("lab-1", "cat /run/nixfleet/activation.flock 2>/dev/null; true")) !== "",
  );
  process.kill(-(applying.pid ?? Number.NaN), "SIGKILL");
  await applying;
  await fleet.succeed("runs", "resume");
  expect(await values()).toEqual(["third", "third"]);
  expect(JSON.parse((await restricted.fleet.nixfleet("status", "--json")).stdout).hosts).toMatchObject(
    bases.map((name) => ({ name, drift: [], lock: null })),
  );
});

test("what is removed takes its accounts, units and secrets along", async () => {
  await fleet.succeed("remove", "--host", "lab-1", "--yes");
  const left =
    "ls /run/nixfleet-secrets/token /etc/systemd/system/reader.service 2>/dev/null; systemctl is-active reader";
  expect(await restricted.asRoot("lab-1", `${left}; true`)).toBe("inactive");
  expect((await restricted.audit("lab-1")).map(({ detail }) => detail)).toContainEqual(
    expect.stringMatching(/^remove: run .* serial \d+$/),
  );
});
