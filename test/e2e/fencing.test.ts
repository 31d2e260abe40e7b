/** A run that lost its leases without knowing cannot act any more: the host itself refuses it. And a host may keep the leases. */
import { beforeAll, describe, expect, test } from "vitest";
import { ok } from "../../src/domain/outcome/result.ts";
import { hostLeases } from "../../src/engine/host-leases.ts";
import type { HostSession } from "../../src/engine/session.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { activationLab } from "../support/activation-lab.ts";
import { aStorePath } from "../support/host-answer.ts";
import { keepsTheLeaseContract } from "../support/lease-contract.ts";

const EARLY = "01JD4000000000000000000001";
const LATE = "01JD4000000000000000000002";

let host: HostUnderTest;
beforeAll(async () => {
  ({ host } = await activationLab());
});

/** Exit code of taking the host's lock with these fences. */
const acquire = async (run: string, fences: string): Promise<number> =>
  (await host.verb(["lock", "acquire", run, "tester", "600", "test", "-", "-", fences])).code;
const release = async (run: string): Promise<number> => (await host.verb(["lock", "release", run])).code;

describe("on a host that has seen the next owner", () => {
  test("the owner before gets no lock, while that of another group does", async () => {
    expect([await acquire(EARLY, "s:web=5,s:db=9"), await release(EARLY)]).toEqual([0, 0]);
    expect([await acquire(LATE, "s:web=6"), await release(LATE)]).toEqual([0, 0]);
    const refused = await host.verb(["lock", "acquire", EARLY, "tester", "600", "test", "-", "-", "s:web=5,s:db=9"]);
    expect(refused.code).toBe(75);
    expect(Buffer.concat(refused.records.map(({ value }) => Buffer.from(value))).toString()).toContain(
      `group web went to run ${LATE}`,
    );
    expect([await acquire(EARLY, "s:db=9"), await release(EARLY)]).toEqual([0, 0]);
  });

  test("epochs of another store say nothing, and the same owner may come again", async () => {
    expect([await acquire(LATE, "s:mail=7"), await release(LATE)]).toEqual([0, 0]);
    expect([await acquire(EARLY, "t:mail=1"), await release(EARLY)]).toEqual([0, 0]);
    expect([await acquire(LATE, "s:mail=7"), await release(LATE)]).toEqual([0, 0]);
  });

  test("a lock that the owner before still holds goes to the next, and no activation of the first begins", async () => {
    expect(await acquire(EARLY, "s:app=1")).toBe(0);
    expect(await acquire(LATE, "s:other=1"), "a run without its lease waits").toBe(75);
    expect(await acquire(LATE, "s:app=2")).toBe(0);
    expect((await host.verb(["lock", "renew", EARLY, "600"])).code).toBe(75);
    const activation = await host.verb(["activate", EARLY, aStorePath("b"), "-", "0", "tester", "-"]);
    expect(activation.code).toBe(75);
    expect(await host.sh("ls /var/lib/nixfleet/runs 2>/dev/null || true")).not.toContain(EARLY);
    expect(await release(LATE)).toBe(0);
  });

  test("what was seen outlives a reboot, since it is on disk before anything is done", async () => {
    expect(await acquire(LATE, "s:disk=3")).toBe(0);
    expect(await host.sh("cat /var/lib/nixfleet/fences")).toContain(`s:disk\t3\t${LATE}`);
    await host.sh("rm -rf /run/nixfleet");
    expect(await acquire(EARLY, "s:disk=2")).toBe(75);
  });

  test.each(["s:web=5;reboot", "web=5", "s:web", "s:web=", "s:web=x", "s:web=5,", "$(reboot):a=1", "a:b:c=1"])(
    "%s is no fence",
    async (text) => {
      expect(await acquire(EARLY, text)).toBe(64);
    },
  );
});

describe("leases that a host keeps", () => {
  const session = (): HostSession =>
    ({
      ask: async ({ verb, args }: { verb: string; args: readonly string[] }) => ok(await host.verb([verb, ...args])),
      close: async () => {},
    }) as unknown as HostSession;
  keepsTheLeaseContract(() => hostLeases(async () => ok(session()), Date.now));

  test("stand in its audit when they are broken", async () => {
    const store = hostLeases(async () => ok(session()), Date.now);
    const never = new AbortController().signal;
    await store.acquire("audited", { run: EARLY as never, owner: "ann@desk", reason: "apply", ttlMs: 60_000 }, never);
    await store.break("audited", "the job is gone", never);
    expect(await host.sh("tail -n 1 /var/lib/nixfleet/audit.ndjson")).toContain("audited: the job is gone");
  });

  test.each(["", "..", "a/b", "-x", "a b"])("have no group of the name %j", async (group) => {
    expect((await host.verb(["lease", "status", group])).code).toBe(64);
  });
});
