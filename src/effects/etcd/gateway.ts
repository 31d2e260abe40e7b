/** etcd by the JSON gateway that every server has: keys and values in base64, 64-bit numbers as text, what is false left out. */

import type { Failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";

const TIMEOUT_MS = 5_000;

export interface EtcdGateway {
  /** @param path such as `/v3/kv/range` */
  ask<T>(path: string, body: object, signal: AbortSignal): Promise<Result<T>>;
}

/**
 * @param endpoints of one cluster, tried in turn
 * @param trouble the failure when none of them answers
 */
export const etcdGateway = (endpoints: readonly string[], trouble: (found: string) => Failure): EtcdGateway => ({
  async ask<T>(path: string, body: object, signal: AbortSignal): Promise<Result<T>> {
    let found = "no endpoint";
    for (const endpoint of endpoints) {
      try {
        const answer = await fetch(`${endpoint}${path}`, {
          method: "POST",
          body: JSON.stringify(body),
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
        const text = await answer.text();
        if (answer.ok) return ok(JSON.parse(text) as T);
        found = `${endpoint}: ${answer.status} ${text.slice(0, 200)}`;
      } catch (error) {
        found = `${endpoint}: ${reasonOf(error as Error)}`;
      }
    }
    return err(trouble(found));
  },
});

export const base64 = (text: string): string => Buffer.from(text).toString("base64");

export const fromBase64 = (text: string | undefined): string => Buffer.from(text ?? "", "base64").toString("utf8");

const reasonOf = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message);
