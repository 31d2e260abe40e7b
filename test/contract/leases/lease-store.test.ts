import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdLeases } from "../../../src/effects/leases/etcd.ts";
import { localLeases } from "../../../src/effects/leases/local.ts";
import { hasEtcd, startEtcd, type TestEtcd } from "../../support/etcd.ts";
import { claimOf, freshGroup, keepsTheLeaseContract, never } from "../../support/lease-contract.ts";

describe("leases in files of this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-leases-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  keepsTheLeaseContract(() => localLeases(folder));

  test("that cannot be read are never taken for free ones", async () => {
    const group = freshGroup();
    await localLeases(folder).acquire(group, claimOf("a"), never);
    writeFileSync(join(folder, `${group}.json`), "{");
    const answer = await localLeases(folder).acquire(group, claimOf("b"), never);
    expect(answer).toMatchObject({ ok: false, error: { code: "lease/store" } });
  });

  test("of another folder have epochs of their own, which is told by another scope", async () => {
    const other = mkdtempSync(join(tmpdir(), "nixfleet-leases-"));
    const group = freshGroup();
    const scopes = await Promise.all(
      [folder, folder, other].map(async (place) => {
        const answer = await localLeases(place).acquire(group, claimOf("a"), never);
        return answer.ok && answer.value.kind === "granted" ? answer.value.fence.scope : undefined;
      }),
    );
    rmSync(other, { recursive: true });
    expect(scopes[0]).toBe(scopes[1]);
    expect(scopes[2]).not.toBe(scopes[0]);
  });
});

describe(`leases in etcd${hasEtcd ? "" : " (skipped: no etcd-server here)"}`, () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    if (hasEtcd) etcd = await startEtcd();
  });
  afterAll(() => etcd?.stop());

  describe.runIf(hasEtcd)("of a real server", () => {
    keepsTheLeaseContract(() => etcdLeases([etcd.endpoint]));

    test("go on by another member of the cluster when one does not answer", async () => {
      const store = etcdLeases(["http://127.0.0.1:9", etcd.endpoint]);
      expect(await store.acquire(freshGroup(), claimOf("a"), never)).toMatchObject({ value: { kind: "granted" } });
    });
  });

  test("that cannot be asked are never taken for free ones", async () => {
    const answer = await etcdLeases(["http://127.0.0.1:9"]).acquire(freshGroup(), claimOf("a"), never);
    expect(answer).toMatchObject({ ok: false, error: { code: "lease/store" } });
  });
});
