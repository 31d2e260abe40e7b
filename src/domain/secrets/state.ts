/** What a host says of its secrets: the key of its digests, what is live, what an earlier closure could have back. */
import type { HostRecord } from "../host/protocol.ts";
import { recordTable, recordText } from "../host/records.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface LiveSecret {
  readonly digest: string;
  /** `mode owner group`; absent where only presence is known. */
  readonly attributes?: string;
}

export interface SecretState {
  /** Null before the first delivery. */
  readonly key: string | null;
  readonly live: ReadonlyMap<string, LiveSecret>;
  /** Of the closure that was asked about: digest by name, and whether the value is still there. */
  readonly kept: ReadonlyMap<string, { readonly digest: string; readonly isThere: boolean }>;
}

/** Fails with `host/facts`. */
export function parseSecretState(records: readonly HostRecord[]): Result<SecretState> {
  const key = recordText(records, "secret.key") ?? null;
  const live = recordTable(records, "secret.live");
  const kept = recordTable(records, "secret.kept");
  const sound =
    (key === null || DIGEST.test(key)) &&
    live.every((row) => row.length === 5 && DIGEST.test(row[1] ?? "")) &&
    kept.every((row) => row.length === 3 && DIGEST.test(row[1] ?? ""));
  if (!sound) return err(failure("host/facts", 'the host reported no usable "secret" records'));
  return ok({
    key,
    live: new Map(
      live.map(([name = "", digest = "", ...attributes]) => [name, { digest, attributes: attributes.join(" ") }]),
    ),
    kept: new Map(kept.map(([name = "", digest = "", state]) => [name, { digest, isThere: state === "kept" }])),
  });
}

const DIGEST = /^([0-9a-f]{64}|other)$/;

/** Digests of what arrived, as `secret stage` answers. */
export const stagedDigests = (records: readonly HostRecord[]): ReadonlyMap<string, string> =>
  new Map(recordTable(records, "secret").map(([name = "", digest = ""]) => [name, digest]));
