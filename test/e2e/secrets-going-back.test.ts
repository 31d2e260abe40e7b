/** An activation that does not come to its end takes its secrets along, whatever ended it, on hosts of both bases. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TestLab } from "../support/lab.ts";
import {
  everywhere,
  type OnAll,
  READERS,
  readerFleet,
  rootOn,
  type SecretFleet,
  setReader,
} from "../support/secret-fleet.ts";
import { statusOf, until } from "../support/verbs.ts";

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
const valueOn = (name: string) => rootOn(lab, name, "cat /run/nixfleet-secrets/token");
const neverWell = "nixfleet.healthChecks.web.tcp.port = 81;";
async function restart(name: string): Promise<void> {
  await lab.power(name, "off");
  await lab.power(name, "on");
}

describe("the old secret is back, and its unit runs with it,", () => {
  afterEach(async () => {
    await until("the old value is back", async () => (await values()).every((value) => value === "good"));
    expect(await onAll("systemctl is-active reader.service")).toEqual(everywhere("active"));
    setReader(fleet);
    await fleet.keep("token", "good");
    await fleet.succeed("apply", "--yes");
    expect(await values()).toEqual(everywhere("good"));
    expect(await onAll("ls -A /run/nixfleet-secrets.d | grep -e staged -e pending || true")).toEqual(everywhere(""));
  });

  test("when a unit does not start with the new one", async () => {
    await fleet.keep("token", "bad");
    setReader(fleet, { start: '[ "$token" != bad ]' });
    expect((await fleet.nixfleet("apply", "--yes")).code).toBe(5);
  });

  test("when the host is not well with it", async () => {
    await fleet.keep("token", "bad");
    setReader(fleet, { more: neverWell });
    expect((await fleet.nixfleet("apply", "--yes")).code).toBe(5);
  });

  test("when power is cut before anybody confirmed it", async () => {
    await fleet.keep("token", "bad");
    setReader(fleet, { more: neverWell });
    const running = fleet.start(["apply", "--yes"]);
    await until("it is live", async () => (await values()).every((value) => value === "bad"));
    for (const name of READERS) await restart(name);
    await running;
  });

  test("when power is cut after it was delivered, before it was put in place", async () => {
    await fleet.keep("token", "bad");
    // Nothing can be activated as long as this is held; what is delivered waits in memory.
    await onAll("systemd-run --quiet --unit=holder flock /run/nixfleet/activation.flock sleep 600");
    const running = await fleet.nixfleet("apply", "--yes");
    expect(running.code).not.toBe(0);
    expect(await values()).toEqual(everywhere("good"));
    for (const name of READERS) await restart(name);
  });
});

describe("a value that a command gives", () => {
  const fromCommand = { secret: 'command = [ "cat" "../value" ];', start: '[ "$token" != bad ]' };

  test("is compared at each plan, and changes on hosts whose closure stays the same", async () => {
    fleet.write("../value", "first\n");
    setReader(fleet, fromCommand);
    await fleet.succeed("apply", "--yes");
    expect(await values()).toEqual(everywhere("first"));
    fleet.write("../value", "second\n");
    expect(await fleet.succeed("plan")).toMatch(/restart +reader\.service +uses secret token/);
    await fleet.succeed("apply", "--yes");
    expect(await values()).toEqual(everywhere("second"));
    expect(await fleet.succeed("plan")).toMatch(/Nothing to do/);
  });

  test("that no unit can use leaves the one before it, with the same closure", async () => {
    fleet.write("../value", "bad\n");
    expect((await fleet.nixfleet("apply", "--yes")).code).toBe(5);
    expect(await values()).toEqual(everywhere("second"));
    expect(await onAll("systemctl is-active reader.service")).toEqual(everywhere("active"));
    fleet.write("../value", "second\n");
    expect(await fleet.succeed("plan")).toMatch(/Nothing to do/);
    for (const name of READERS) await restart(name);
    expect(await values()).toEqual(everywhere("second"));
  });
});

test("a value is back when the activation that brought it is killed, though the closure stayed the same", async () => {
  const calm = 'nixfleet.healthChecks.calm.command = "test ! -e /run/unwell";';
  fleet.write("../value", "kept\n");
  setReader(fleet, { secret: 'command = [ "cat" "../value" ];', more: calm });
  await fleet.succeed("apply", "--yes");
  await onAll("touch /run/unwell");
  fleet.write("../value", "fleeting\n");
  const running = fleet.start(["apply", "--yes"]);
  await until("it is live", async () => (await values()).every((value) => value === "fleeting"));
  await onAll("kill -9 $(systemctl show -P MainPID 'nixfleet-activate-*')");
  expect((await running).exitCode).toBe(5);
  await until("the old value is back", async () => (await values()).every((value) => value === "kept"));
  await onAll("rm /run/unwell");
  fleet.write("../value", "kept\n");
  expect(await fleet.succeed("plan")).toMatch(/Nothing to do/);
});

describe("a secret that is kept in memory only", () => {
  test("is gone after a reboot, which status says, and the next apply delivers it again", async () => {
    await fleet.keep("token", "fleeting");
    setReader(fleet, { secret: 'persist = "none";' });
    await fleet.succeed("apply", "--yes");
    expect(await onAll("grep -r -l fleeting /var/lib/nixfleet || true")).toEqual(everywhere(""));
    for (const name of READERS) await restart(name);
    const missing = [{ path: "/run/nixfleet-secrets/token", kind: "secret-missing" }];
    for (const host of (await statusOf(fleet)).hosts) expect(host.drift).toEqual(missing);
    expect(await fleet.succeed("status")).toContain("secret-missing");
    await fleet.succeed("apply", "--yes");
    expect(await values()).toEqual(everywhere("fleeting"));
  });
});

test("a NixOS system that waits for a boot brings its secret with the boot, and not before", async () => {
  const inventory = fleet.read("inventory/lab.yaml");
  fleet.write("inventory/lab.yaml", inventory.replace("base: nixos", "base: nixos\n    activation: boot"));
  setReader(fleet);
  await fleet.keep("token", "later");
  const before = await valueOn("lab-1");
  await fleet.succeed("apply", "--yes", "--host", "lab-1");
  expect(await valueOn("lab-1")).toBe(before);
  expect(await fleet.succeed("plan", "--host", "lab-1")).toMatch(/Nothing to do/);
  await restart("lab-1");
  expect(await valueOn("lab-1")).toBe("later");
  expect((await statusOf(fleet, "lab-1")).hosts[0]).toMatchObject({ drift: [] });
});
