/** Slots in etcd, under airlock's keys, by the JSON gateway that every etcd has. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { airlockKey, parseSemaphore, semaphoreText } from "../../domain/slots/semaphore.ts";
import type { SlotStore } from "../../ports/slot-store.ts";
import { base64, type EtcdGateway, etcdGateway, fromBase64 } from "../etcd/gateway.ts";
import { type SemaphoreKeeper, semaphoreStore } from "./semaphore-store.ts";

/** @param endpoints of one cluster, tried in turn */
export const etcdSlots = (endpoints: readonly string[]): SlotStore =>
  semaphoreStore(keeperOf(etcdGateway(endpoints, trouble)));

interface RangeAnswer {
  readonly kvs?: readonly { readonly value?: string; readonly mod_revision?: string }[];
}

/** The revision is a string of digits; "0" stands for a key that is not there. */
const keeperOf = ({ ask }: EtcdGateway): SemaphoreKeeper<string> => ({
  async read(group, signal) {
    const answer = await ask<RangeAnswer>("/v3/kv/range", { key: base64(airlockKey(group)) }, signal);
    if (!answer.ok) return answer;
    const [entry] = answer.value.kvs ?? [];
    if (entry === undefined) return ok({ value: null, at: "0" });
    const value = parseSemaphore(fromBase64(entry.value));
    if (value === undefined)
      return err(failure("reboot/store", "etcd holds something else than slots", { found: airlockKey(group) }));
    return ok({ value, at: entry.mod_revision ?? "0" });
  },
  async write(group, next, at, signal) {
    const key = base64(airlockKey(group));
    // The revision of the last change rather than the version: it tells also a key that was deleted and made again.
    const compare = { key, target: "MOD", result: "EQUAL", mod_revision: at };
    const put = { requestPut: { key, value: base64(semaphoreText(next)) } };
    const answer = await ask<{ readonly succeeded?: boolean }>(
      "/v3/kv/txn",
      { compare: [compare], success: [put] },
      signal,
    );
    // The gateway leaves out what is false.
    return answer.ok ? ok(answer.value.succeeded === true) : answer;
  },
});

const trouble = (found: string) => failure("reboot/store", "etcd cannot be asked for reboot slots", { found });
