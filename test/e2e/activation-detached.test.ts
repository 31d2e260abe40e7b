import { beforeAll, describe, expect, test } from "vitest";
import { recordText, recordTexts } from "../../src/domain/host/records.ts";
import { type HostUnderTest, nextRunId } from "../support/activation.ts";
import { activationLab } from "../support/activation-lab.ts";
import { aStorePath } from "../support/host-answer.ts";
import { service } from "../support/service-texts.ts";

let host: HostUnderTest;
let slow: string;
const acquire = (run: string, ttl = 600, system = "-") =>
  host.verb(["lock", "acquire", run, "ann@desk", String(ttl), "a test", system]);
const release = (run: string) => host.verb(["lock", "release", run]);

beforeAll(async () => {
  ({ host } = await activationLab());
  slow = await host.closure({
    units: [
      {
        name: "nf-slow.service",
        text: service(1, { lines: "ExecStartPre=/bin/sh -c 'until [ -e /run/nf-go ]; do sleep 0.1; done'" }),
      },
    ],
  });
});

/** Starts the slow activation and kills whoever asked for it, as a lost connection does. */
async function startAndLose(run: string): Promise<void> {
  await host.sh("rm -f /run/nf-go");
  await acquire(run);
  const { live, generation } = await host.facts();
  await host.sh(
    `setsid sh /root/nixfleet-host activate ${run} ${slow} ${live ?? "-"} ${generation} ann@desk - >/dev/null 2>&1 </dev/null & echo $! >/run/nf-client`,
  );
  await expect.poll(() => host.sh("systemctl show -P ActiveState nf-slow"), { timeout: 30_000 }).toBe("activating");
  await host.sh("kill -9 $(cat /run/nf-client)");
}

describe("an activation whose caller is gone", () => {
  test("goes on, is seen by others, cannot be entered or broken, and is followed again from any byte", async () => {
    const run = nextRunId();
    await startAndLose(run);
    expect((await host.facts()).activation).toBe(run);
    // Not even an expired lock lets anybody in beside a living activation.
    await host.sh("sed -i 's/[0-9]*$/1/' /run/nixfleet/lock");
    const other = await acquire(nextRunId());
    expect(other.code).toBe(75);
    expect(recordText(other.records, "activation")).toBe(run);
    expect((await host.verb(["lock", "break", "impatience"])).code).toBe(75);
    expect((await host.verb(["gc", "--keep", "1"])).code).toBe(75);
    const following = host.verb(["follow", run, "0"]);
    await host.sh("touch /run/nf-go");
    const whole = await following;
    expect(whole.code).toBe(0);
    const log = recordTexts(whole.records, "log").join("");
    expect(log).toMatch(/^check\n(.*\n)*owned\n$/);
    // It is over: the same answer, from a later byte.
    const rest = await host.verb(["follow", run, "10"]);
    expect(recordTexts(rest.records, "log").join("")).toBe(log.slice(10));
    expect(rest.code).toBe(0);
    expect(recordText(rest.records, "result")).toBe(recordText(whole.records, "result"));
    // Asking to activate once more is answered with what became of it, not done twice.
    const generation = (await host.facts()).generation;
    expect((await host.verb(["activate", run, slow, "-", "0", "ann@desk", "-"])).code).toBe(0);
    expect((await host.facts()).generation).toBe(generation);
    await release(run);
    await host.remove();
  });

  test("can be told from one that never began", async () => {
    expect((await host.verb(["follow", "01NEVER", "0"])).code).toBe(72);
  });
});

describe("what the plan found", () => {
  test("must be so still, and the lock must be held by the run", async () => {
    const run = nextRunId();
    const none = await host.verb(["activate", run, slow, "-", "0", "ann@desk", "-"]);
    expect(none.code).toBe(75);
    await acquire(run);
    const moved = await host.verb(["activate", run, slow, aStorePath("a"), "3", "ann@desk", "-"]);
    expect(moved.code).toBe(76);
    expect(recordText(moved.records, "generation.committed")).toBe("0");
    await release(run);
    expect((await host.facts()).live).toBeNull();
  });
});

describe("the lock", () => {
  test("is one run's, can be renewed and given back, and says who holds it", async () => {
    expect((await acquire("01ONE")).code).toBe(0);
    expect((await acquire("01ONE")).code).toBe(0);
    const refused = await acquire("01TWO");
    expect(refused.code).toBe(75);
    expect(recordText(refused.records, "lock")).toMatch(/^01ONE\tann@desk\ta test\t/);
    expect((await host.facts()).lock).toMatchObject({ run: "01ONE", owner: "ann@desk", expired: false });
    expect((await host.verb(["lock", "renew", "01TWO", "60"])).code).toBe(75);
    expect((await release("01TWO")).code).toBe(75);
    expect((await host.verb(["lock", "renew", "01ONE", "60"])).code).toBe(0);
    expect((await release("01ONE")).code).toBe(0);
    expect((await release("01ONE")).code).toBe(0);
    expect((await host.facts()).lock).toBeNull();
  });

  test("keeps the closure of its run from garbage collection, also before it is copied", async () => {
    const coming = aStorePath("a");
    await acquire("01ONE", 600, coming);
    expect(await host.sh("readlink /nix/var/nix/gcroots/nixfleet/01ONE")).toBe(coming);
    await release("01ONE");
    expect(await host.sh("ls /nix/var/nix/gcroots/nixfleet")).toBe("");
  });

  test("passes on once it has expired, with word of whose it was", async () => {
    await acquire("01ONE", 0);
    expect((await host.facts()).lock).toMatchObject({ expired: true });
    const taken = await acquire("01TWO");
    expect(taken.code).toBe(0);
    expect(recordText(taken.records, "lock.taken-over")).toContain("01ONE");
    expect((await host.verb(["lock", "renew", "01ONE", "60"])).code).toBe(75);
    expect((await host.verb(["lock", "break", "a test ends"])).code).toBe(0);
    expect(await host.sh("tail -n 1 /var/lib/nixfleet/audit.ndjson")).toContain('"lock-broken"');
  });

  test("is given to one of many who ask at once", async () => {
    const answers = await Promise.all(["01A", "01B", "01C", "01D"].map((run) => acquire(run)));
    expect(answers.map(({ code }) => code).toSorted()).toEqual([0, 75, 75, 75]);
    await host.verb(["lock", "break", "a test ends"]);
  });
});

test("activation by hand tells people what it does, and holds the lock meanwhile", async () => {
  const system = await host.closure({ files: [{ path: "/etc/nf-by-hand", text: "x\n" }] });
  const done = await host.root(`sh /root/nixfleet-host activate-now ${system}`);
  expect(done.code).toBe(0);
  expect(done.stdout).toBe("");
  expect(done.stderr).toContain("write /etc/nf-by-hand");
  expect(done.stderr).toContain("done: the closure is live and committed");
  expect(await host.facts()).toMatchObject({
    live: system,
    lock: null,
    state: { appliedBy: expect.stringContaining("by hand") },
  });
  await acquire("01ONE");
  const refused = await host.root(`sh /root/nixfleet-host activate-now ${system}`);
  expect(refused.code).toBe(75);
  expect(refused.stderr).toContain("run 01ONE of ann@desk holds the lock");
  await release("01ONE");
  await host.remove();
});

test("the program works the same under busybox and bash", async () => {
  for (const shell of ["busybox sh", "bash"]) {
    const system = await host.closure({ files: [{ path: "/etc/nf-shell", text: `${shell}\n` }] });
    expect(await host.activate(system, { shell })).toMatchObject({ code: 0, problems: [] });
    expect(await host.sh("cat /etc/nf-shell")).toBe(shell);
  }
});

test("garbage collection forgets old generations, but never one that is needed", async () => {
  const systems: string[] = [];
  for (const version of ["a", "b", "c", "d"]) {
    systems.push(await host.closure({ files: [{ path: "/etc/nf-version", text: `${version}\n` }] }));
    await host.activate(systems.at(-1) ?? "");
  }
  await host.sh(`ln -sfn ${systems[0]} /nix/var/nix/gcroots/nixfleet/rooted`);
  await host.sh(`ln -sfn ${systems[1]} /run/nixfleet/booted`);
  expect((await host.verb(["gc", "--keep", "1"])).code).toBe(0);
  const kept = (await host.facts()).generations.map(({ system }) => system);
  expect(kept.toSorted()).toEqual(systems.toSorted());
  await host.sh("rm /nix/var/nix/gcroots/nixfleet/rooted /run/nixfleet/booted");
  const collected = await host.verb(["gc", "--keep", "1"]);
  expect(recordTexts(collected.records, "removed").length).toBe(2);
  // What runs and what came before it: going back must stay possible.
  expect((await host.facts()).generations.map(({ system }) => system)).toEqual(systems.slice(2));
  expect((await host.verb(["gc", "--keep", "0"])).code).toBe(64);
});
