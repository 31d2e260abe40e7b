/** Values out of a file of sops, and one for accounts, on hosts of both bases. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestLab } from "../support/lab.ts";
import { everywhere, type OnAll, READERS, readerFleet, type SecretFleet, setReader } from "../support/secret-fleet.ts";
import { encryptSops } from "../support/sops-file.ts";
import { installSops } from "../support/sops-program.ts";

let lab: TestLab;
let fleet: SecretFleet;
let onAll: OnAll;

beforeAll(async () => {
  ({ lab, fleet, onAll } = await readerFleet());
  const programs = join(dirname(fleet.folder), "programs");
  mkdirSync(programs);
  installSops(programs);
  Object.assign(fleet.env, { PATH: `${programs}:${fleet.env.PATH}` });
  setReader(fleet, { secret: 'sops = { file = "secrets/all.yaml"; key = "reader/token"; };' });
});
afterAll(() => fleet?.remove());

async function keep(token: string, other: string): Promise<void> {
  fleet.write("secrets/all.yaml", await encryptSops({ reader: { token }, other }, [fleet.recipient]));
  fleet.commit();
}
const values = () => onAll("cat /run/nixfleet-secrets/token");
const starts = () => onAll("systemctl show -P ExecMainStartTimestampMonotonic reader");

test("a value of a file of sops is delivered, and its unit restarts only when that value changes", async () => {
  await keep("first", "x");
  await fleet.succeed("apply", "--yes");
  expect(await values()).toEqual(everywhere("first"));
  const before = await starts();
  await keep("first", "y");
  await fleet.succeed("apply", "--yes");
  expect(await starts()).toEqual(before);
  await keep("second", "y");
  await fleet.succeed("apply", "--yes");
  expect(await values()).toEqual(everywhere("second"));
  for (const [index, start] of (await starts()).entries()) expect(start).not.toBe(before[index]);
});

test("a secret for accounts is root's alone, and there after a reboot like the others", async () => {
  await fleet.keep("early", "for accounts");
  const early = `nixfleet.secrets.early.phase = "users";`;
  setReader(fleet, { secret: 'sops = { file = "secrets/all.yaml"; key = "reader/token"; };', more: early });
  await fleet.succeed("apply", "--yes");
  for (const name of READERS) {
    await lab.power(name, "off");
    await lab.power(name, "on");
  }
  expect(await onAll("cat /run/nixfleet-secrets/early; stat -L -c ' %a %U' /run/nixfleet-secrets/early")).toEqual(
    everywhere("for accounts 400 root"),
  );
  expect(await values()).toEqual(everywhere("second"));
});
