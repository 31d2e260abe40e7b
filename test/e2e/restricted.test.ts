/** Restricted hosts in everyday work: every verb that a full one takes, by signed material alone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";

let restricted: RestrictedFleet;
const bases = ["lab-1", "lab-2"] as const;
const marker = (text: string): string => `{ nixfleet.files."/etc/nf-marker".text = "${text}"; }`;

beforeAll(async () => {
  restricted = await restrictedFleet({
    inventory: {
      groups: { checked: { hosts: ["lab-*"], healthChecks: { marker: { command: "test -e /etc/nf-marker" } } } },
      tasks: {
        whoami: { run: 'id -un\nprintf "a\\tb\\n"', sudo: true },
        "whoami-plain": { run: "id -un" },
        fails: { run: "exit 77", sudo: true },
      },
    },
  });
});
afterAll(() => restricted?.fleet.remove());

async function nixfleet(...words: string[]): Promise<string> {
  const answer = await restricted.fleet.nixfleet(...words);
  if (answer.code !== 0) throw new Error(`${words.join(" ")}: ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

async function apply(text: string): Promise<void> {
  for (const host of bases) restricted.fleet.write(`hosts/${host}.nix`, marker(text));
  restricted.fleet.commit();
  await nixfleet("apply", "--group", "all", "--yes");
}

const onBoth = (command: string): Promise<string[]> =>
  Promise.all(bases.map((host) => restricted.asRoot(host, command)));

describe("the deploy account", () => {
  test.each(bases)("on %s becomes root by nothing but the installed program", async (host) => {
    for (const command of ["sudo -n true", "sudo -n sh -c id", "sudo -n /bin/sh", "sudo -n nix --version"]) {
      expect(await restricted.asDeploy(host, command), command).toMatchObject({ code: 1 });
    }
  });

  test("is left alone once it is prepared", async () => {
    expect(await nixfleet("bootstrap", "--group", "all", "--yes")).toContain("2 unchanged");
  });

  test("calls this version's program again after a bootstrap, whichever was installed before", async () => {
    const program = "/usr/local/lib/nixfleet/nixfleet-host";
    await onBoth(`sed -i 's/^PROGRAM=.*/PROGRAM=0/' ${program}`);
    expect(await nixfleet("bootstrap", "--group", "all", "--yes")).toContain("2 changed");
    expect(await onBoth(`grep -c '^PROGRAM=0' ${program} || true`)).toEqual(["0", "0"]);
  });
});

describe("on both bases", () => {
  test("plan, apply, status, doctor, rollback and remove go their usual way", async () => {
    await apply("one");
    await apply("two");
    expect(await onBoth("cat /etc/nf-marker")).toEqual(["two", "two"]);
    const status = JSON.parse(await nixfleet("status", "--json"));
    expect(status.hosts).toMatchObject(bases.map((name) => ({ name, reachable: true, failedUnits: [], drift: [] })));
    // Of the inventory, but signed: the host takes no commands of the caller.
    for (const { health } of status.hosts) expect(health).toContainEqual({ name: "marker", state: "healthy" });
    await nixfleet("doctor");
    await nixfleet("rollback", "--group", "all", "--to", "previous", "--yes");
    expect(await onBoth("cat /etc/nf-marker")).toEqual(["one", "one"]);
    await nixfleet("remove", "--host", "lab-1", "--yes");
    expect(await restricted.asRoot("lab-1", "ls /etc/nf-marker 2>/dev/null || echo gone")).toBe("gone");
    await apply("three");
  });

  test("every act that was taken is in the audit, with the account that asked", async () => {
    await apply("audited");
    for (const host of bases) {
      const lines = (await restricted.audit(host)).filter(({ event }) => event === "accepted");
      expect(lines.at(-2)).toMatchObject({
        by: "deploy",
        detail: expect.stringMatching(/^activate: run .*\/nix\/store\//),
      });
      expect(lines.at(-1)).toMatchObject({ by: "deploy", detail: expect.stringMatching(/^confirm: run /) });
    }
  });
});

describe("commands", () => {
  test.each(bases)("on %s are the tasks of the inventory, as they were applied", async (host) => {
    await apply("tasks");
    expect(await nixfleet("run", "--host", host, "--", "task:whoami")).toContain("root\na\tb");
    expect(await nixfleet("run", "--host", host, "--", "task:whoami-plain")).toContain("deploy");
    const failed = await restricted.fleet.nixfleet("run", "--host", host, "--", "task:fails");
    expect(failed).toMatchObject({ code: 5, stderr: expect.stringContaining("ended with exit code 77") });
  });

  test("of one's own are refused before anything is sent", async () => {
    const before = await restricted.audit("lab-1");
    for (const words of [["id"], ["task:whoami", "more"]]) {
      const refused = await restricted.fleet.nixfleet("run", "--group", "all", "--", ...words);
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining("error[cli/restricted-hosts]") });
    }
    expect(await restricted.audit("lab-1")).toEqual(before);
  });
});

test("a host that is not prepared says what prepares it", async () => {
  await restricted.asRoot("lab-1", "mv /etc/sudoers.d/nixfleet-deploy /root/");
  try {
    const refused = await restricted.fleet.nixfleet("facts", "lab-1");
    expect(refused.stderr).toContain("nixfleet bootstrap --restricted");
  } finally {
    await restricted.asRoot("lab-1", "mv /root/nixfleet-deploy /etc/sudoers.d/");
  }
});

test("leaving: full access in the inventory and one more bootstrap", async () => {
  const inventory = restricted.fleet.read("inventory/lab.yaml");
  restricted.fleet.write("inventory/lab.yaml", inventory.replace("access: restricted", "access: full"));
  await nixfleet("bootstrap", "lab-1", "--yes");
  expect(await nixfleet("run", "--host", "lab-1", "--sudo", "--", "id -un")).toContain("root");
  restricted.fleet.write("inventory/lab.yaml", inventory);
  await nixfleet("bootstrap", "lab-1", "--restricted", "--yes");
  expect((await restricted.asDeploy("lab-1", "sudo -n true")).code).toBe(1);
});
