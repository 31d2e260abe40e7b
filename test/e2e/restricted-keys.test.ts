/** The fleet's key is replaced, and at every step of it each host takes what is deployed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";
import { activation, orderFor, signedRecord, thief } from "../support/thief.ts";

let restricted: RestrictedFleet;
let round = 0;

beforeAll(async () => {
  restricted = await restrictedFleet();
});
afterAll(() => restricted?.fleet.remove());

const publicHalf = (file: string): string => readFileSync(file, "utf8").trim();

async function nixfleet(...words: string[]): Promise<string> {
  const answer = await restricted.fleet.nixfleet(...words);
  if (answer.code !== 0) throw new Error(`${words.join(" ")}: ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

function fleetSettings(fleet: Record<string, unknown>): void {
  const inventory = parse(restricted.fleet.read("inventory/lab.yaml"));
  restricted.fleet.write("inventory/lab.yaml", stringify({ ...inventory, fleet }));
}

/** What was never there before, on both bases. */
async function applySomething(): Promise<void> {
  round += 1;
  for (const host of ["lab-1", "lab-2"])
    restricted.fleet.write(`hosts/${host}.nix`, `{ nixfleet.files."/etc/nf-round".text = "${round}"; }`);
  restricted.fleet.commit();
  await nixfleet("apply", "--group", "all", "--yes");
  expect(await restricted.asRoot("lab-1", "cat /etc/nf-round")).toBe(String(round));
}

test("two keys for a while, and then the new one alone", { retry: 0 }, async () => {
  const { lab, fleet, asRoot } = restricted;
  const oldKey = join(fleet.folder, "..", "signing-key");
  execFileSync("cp", [lab.signingKey, oldKey]);
  fleetSettings({ signingKey: oldKey });
  await applySomething();

  const made = execFileSync(fleet.program, ["keys", "generate", "--next"], {
    encoding: "utf8",
    env: { ...fleet.env, NIXFLEET_SIGNING_KEY: oldKey },
  });
  const newPublic = made.trim();
  const oldPublic = publicHalf(`${lab.signingKey}.pub`);
  const newKey = `${oldKey}.next`;

  fleetSettings({ signingKey: oldKey, publicKeys: [oldPublic, newPublic] });
  expect(await nixfleet("keys", "list")).toMatch(/signs here .*\n.*takes over .*in fleet/);
  await applySomething();
  expect(await nixfleet("keys", "trust", "--group", "all")).toContain("2 changed");
  expect(await nixfleet("keys", "trust", "--group", "all")).toContain("2 unchanged");
  await applySomething();

  // The daemons of NixOS hosts have their keys from their configuration.
  await asRoot(
    "lab-2",
    `echo 'extra-trusted-public-keys = ${newPublic}' >>/etc/nix/nix.conf && systemctl restart nix-daemon`,
  );
  fleetSettings({ signingKey: newKey, publicKeys: [oldPublic, newPublic] });
  await applySomething();

  fleetSettings({ signingKey: newKey, publicKeys: [newPublic] });
  expect(await nixfleet("keys", "trust", "--group", "all")).toContain("2 changed");
  for (const host of ["lab-1", "lab-2"]) expect(await asRoot(host, "cat /etc/nixfleet/fleet-keys")).toBe(newPublic);
  await applySomething();

  const live = await asRoot("lab-1", "readlink /run/nixfleet/current");
  const byOld = await signedRecord(oldKey, orderFor(live));
  const attempt = { host: "lab-1", words: activation(live), payload: byOld };
  await thief(restricted).isRefused(attempt, /signed by none of the fleet's keys/);

  // Whoever leaves out the key that signs gets it all the same: nobody is locked out by a slip.
  fleetSettings({ signingKey: newKey, publicKeys: [oldPublic] });
  await nixfleet("keys", "trust", "--host", "lab-1");
  expect(await asRoot("lab-1", "cat /etc/nixfleet/fleet-keys")).toContain(newPublic);
});
