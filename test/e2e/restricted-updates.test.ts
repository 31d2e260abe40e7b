/** Restricted hosts in their second life: hooks and what takes them back, real updates of packages, reboots, tidying up. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publish } from "../support/apt-archive.ts";
import { hookLog, QUICK, resultsOf, standIn } from "../support/os-fleet.ts";
import { type RestrictedFleet, restrictedFleet } from "../support/restricted-fleet.ts";
import { thief } from "../support/thief.ts";

const bases = ["lab-1", "lab-2"] as const;
/** Appends a line on the host, as root. */
const word = (text: string): string => `echo "${text}" >>/root/hooks`;

let restricted: RestrictedFleet;

beforeAll(async () => {
  const hooks = {
    preApply: [
      { run: word("before $NIXFLEET_HOST $(id -un)"), undo: word("taken back $NIXFLEET_HOST") },
      { run: "test ! -e /root/refuse", undo: word("second taken back") },
    ],
    postApply: [{ run: word("after $NIXFLEET_STATUS") }],
    onFailure: [{ run: word("failed $NIXFLEET_STAGE") }],
    preReboot: [standIn("drain"), { run: word("preReboot") }],
    postReboot: [{ run: word("postReboot") }, standIn("restore")],
  };
  const osUpdates = { ubuntu: { mode: "security-daily", autoReboot: true, maxConcurrentReboots: 1 } };
  restricted = await restrictedFleet(
    { inventory: { groups: { work: { hosts: ["lab-*"], hooks, osUpdates } } } },
    { archive: true },
  );
  await publish(restricted.lab);
  await apply("one");
  await takeHooks();
});
afterAll(async () => {
  await publish(restricted.lab);
  restricted?.fleet.remove();
});

async function nixfleet(...words: string[]): Promise<string> {
  const answer = await restricted.fleet.nixfleet(...words);
  if (answer.code !== 0) throw new Error(`${words.join(" ")}: ${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

function configure(text: string): void {
  for (const host of bases)
    restricted.fleet.write(`hosts/${host}.nix`, `{ nixfleet.files."/etc/nf-marker".text = "${text}"; }`);
  restricted.fleet.commit();
}

async function apply(text: string): Promise<void> {
  configure(text);
  await nixfleet("apply", "--group", "work", "--yes");
}

const onBoth = (command: string): Promise<string[]> =>
  Promise.all(bases.map((host) => restricted.asRoot(host, command)));
const takeHooks = async (): Promise<string[][]> =>
  (await onBoth("cat /root/hooks 2>/dev/null; rm -f /root/hooks")).map((text) => text.split("\n").filter(Boolean));

describe("hooks of the signed closure", () => {
  test("run around an apply, as root, and know what happens", async () => {
    await apply("two");
    expect(await takeHooks()).toEqual(bases.map((host) => [`before ${host} root`, "after changed"]));
  });

  test("are taken back, the latest first, where one of them refuses", async () => {
    await onBoth("touch /root/refuse");
    configure("three");
    const refused = await restricted.fleet.nixfleet("apply", "--group", "work", "--yes", "--json");
    expect(resultsOf(refused)).toEqual({ "lab-1": "failed host/hook", "lab-2": "failed host/hook" });
    expect(await takeHooks()).toEqual(
      bases.map((host) => [`before ${host} root`, "second taken back", `taken back ${host}`, "failed onFailure"]),
    );
    expect(await onBoth("cat /etc/nf-marker; rm /root/refuse")).toEqual(["two", "two"]);
  });

  test("take nothing from a thief but variables of hooks", async () => {
    const digest = await restricted.asRoot(
      "lab-1",
      "grep '^hook' /run/nixfleet/current/manifest | grep -m 1 before | cut -f 2",
    );
    const steal = thief(restricted);
    const words = (more: string) => ({ host: "lab-1", words: ["hook", digest, more] });
    await steal.isRefused(words("PATH=/tmp"), /not a variable for hooks/);
    await steal.isRefused(words("NIXFLEET_a$(touch /pwned)=x"), /not a variable for hooks/);
    expect((await steal.attempt(words("NIXFLEET_HOST=$(touch /pwned)"))).code).toBe(0);
    expect((await takeHooks())[0]).toEqual(["before $(touch /pwned) root"]);
    expect(await restricted.asRoot("lab-1", "ls /pwned 2>/dev/null || echo clean")).toBe("clean");
  });
});

describe("updates of the operating system", () => {
  const install = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --allow-downgrades";

  test("come from the host's own archive: planned, approved, installed, rebooted, and in the audit", async () => {
    await restricted.asRoot(
      "lab-1",
      `apt-get update -qq && ${install} update-notifier-common=3.192 nf-masked=1.0 linux-generic=6.8.0-31.31 >/dev/null; rm -f /run/reboot-required*`,
    );
    const boot = "cat /proc/sys/kernel/random/boot_id";
    const before = await restricted.asRoot("lab-1", boot);
    expect(await nixfleet("os-update", "lab-1", "--out", "os.json")).toContain("nf-masked");
    const done = await restricted.fleet.nixfleet("apply", "os.json", "--yes", "--json");
    expect(resultsOf(done), done.stderr).toEqual({ "lab-1": "changed" });
    expect(await restricted.asRoot("lab-1", "dpkg-query -W -f '${Version}' nf-masked")).toBe("1.1");
    expect(await restricted.asRoot("lab-1", boot)).not.toBe(before);
    expect((await takeHooks())[0]).toEqual(["before lab-1 root", "preReboot", "postReboot", "after changed"]);
    expect(hookLog(restricted.fleet)).toEqual(["drain lab-1", "restore lab-1"]);
    const details = (await restricted.audit("lab-1")).map(({ detail }) => detail);
    expect(details).toContainEqual(expect.stringMatching(/^os-update: run .* packages$/));
    expect(details).toContainEqual(expect.stringMatching(/^reboot: run /));
    expect(await restricted.asRoot("lab-1", "cat /etc/nf-marker")).toBe("two");
  });

  test("leave nothing that is pending", async () => {
    expect(await nixfleet("os-update", "lab-1", "--check")).toContain("Nothing to do");
  });
});

test.each(bases)("%s is rebooted on request, drained before and restored after", async (host) => {
  restricted.fleet.write("hooks.log", "");
  const before = await restricted.asRoot(host, "cat /proc/sys/kernel/random/boot_id");
  const answer = await restricted.fleet.nixfleet("reboot", host, "--always", "--yes", "--json", ...QUICK);
  expect(resultsOf(answer), answer.stderr).toEqual({ [host]: "changed" });
  expect(hookLog(restricted.fleet)).toEqual([`drain ${host}`, `restore ${host}`]);
  expect(await restricted.asRoot(host, "cat /proc/sys/kernel/random/boot_id")).not.toBe(before);
  await takeHooks();
});

test("drift, diff, gc, facts, locks and the rest go their usual way", async () => {
  await apply("two");
  await takeHooks();
  await restricted.asRoot("lab-1", "echo edited >/etc/nf-marker");
  expect(JSON.parse(await nixfleet("status", "--host", "lab-1", "--json")).hosts[0].drift).toHaveLength(1);
  const planned = await nixfleet("plan", "lab-1");
  expect(planned).toMatch(/-edited\n.*\+two/s);
  await nixfleet("apply", "lab-1", "--yes");
  expect(await restricted.asRoot("lab-1", "cat /etc/nf-marker")).toBe("two");
  configure("four");
  expect(await nixfleet("diff", "lab-1")).toContain("nf-marker");
  for (const words of [
    ["facts", "lab-1"],
    ["gc", "--group", "work", "--keep", "5", "--yes"],
    ["lock", "status", "--group", "work"],
    ["doctor"],
    ["runs", "list"],
    ["ssh", "lab-1", "--", "id", "-un"],
  ])
    await nixfleet(...words);
});
