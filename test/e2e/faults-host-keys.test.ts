/** A host that cannot prove who it is gets nothing: no command, no closure, no password. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { visitsDuring } from "../support/sshd-journal.ts";
import { act, errorOf, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let sound: string;
const FINGERPRINT = /ED25519 SHA256:[A-Za-z0-9+/]{43}/;

beforeAll(async () => {
  lab = await useLab({ hosts: 2, fresh: false });
  fleet = layFleetProject(lab);
  sound = fleet.read("inventory/lab.yaml");
});
afterAll(() => fleet?.remove());

function withHostKeysOfLab1(keys: readonly string[] | undefined): void {
  const inventory = parse(sound);
  inventory.hosts["lab-1"].hostKeys = keys;
  fleet.write("inventory/lab.yaml", stringify(inventory));
}

const keyOf = (name: string): string[] => parse(sound).hosts[name].hostKeys;

test("a key that changed is refused, with both fingerprints, and the others go on", async () => {
  withHostKeysOfLab1(keyOf("lab-2"));
  const visits = await visitsDuring(lab, "lab-1", async () => {
    const { code, events } = await act(fleet, "run", "--group", "all", "--", "true");
    expect([code, outcomes(events)]).toEqual([5, "lab-1 failed, lab-2 changed"]);
    const error = errorOf(events, "lab-1");
    expect(error.code).toBe("transport/host-key-changed");
    expect(error.expected).toMatch(FINGERPRINT);
    expect(error.found).toMatch(FINGERPRINT);
    expect(error.found).not.toBe(error.expected?.slice(0, error.found?.length));
  });
  expect(visits).toEqual({ connections: 0, sudo: 0 });
});

test("a key that nobody has pinned is refused as well, and is not learned on the way", async () => {
  withHostKeysOfLab1(undefined);
  fleet.write("ssh-config", `Host *\n  UserKnownHostsFile ${fleet.folder}/known\n`);
  fleet.write("known", "");
  for (const _time of [1, 2]) {
    const { events } = await act(fleet, "run", "--host", "lab-1", "-F", "ssh-config", "--", "true");
    expect(errorOf(events, "lab-1")).toMatchObject({ code: "transport/host-key-unknown" });
    expect(errorOf(events, "lab-1").found).toMatch(FINGERPRINT);
  }
  expect(fleet.read("known")).toBe("");
});

test("known_hosts will do, and a changed key there is told with its line", async () => {
  const knownAs = (name: string) => {
    const address = lab.machines[0]?.address;
    fleet.write("known", `# mine\n${address} ${keyOf(name)[0]}\n`);
  };
  knownAs("lab-1");
  expect(await fleet.nixfleet("run", "--host", "lab-1", "-F", "ssh-config", "--", "true")).toMatchObject({ code: 0 });
  knownAs("lab-2");
  const { events } = await act(fleet, "run", "--host", "lab-1", "-F", "ssh-config", "--", "true");
  expect(errorOf(events, "lab-1").code).toBe("transport/host-key-changed");
  expect(errorOf(events, "lab-1").expected).toContain("/known:2");
});

test("only the flag that says so gets round it, and says so each time", async () => {
  const { code, stderr } = await fleet.nixfleet(
    ...["run", "--host", "lab-1", "-F", "ssh-config", "--insecure-accept-any-host-key", "--", "true"],
  );
  expect(code).toBe(0);
  expect(stderr).toContain("--insecure-accept-any-host-key");
  expect(fleet.read("known")).not.toContain(keyOf("lab-1")[0]);
});
