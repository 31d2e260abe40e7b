/** Deploy records: what a restricted host is to do, for which host, until when and in what order (backends/host/README.md). */
import type { HostName, StorePath } from "../ids.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export type DeployOrder =
  | {
      readonly what: "activate";
      readonly system: StorePath;
      /** NixOS: what describes the system; null for one that ran there before. */
      readonly description: StorePath | null;
      readonly mode: "live" | "boot" | "once";
    }
  | { readonly what: "remove" }
  /** The host program that is installed from now on: its sha256 and its size; it comes behind the record. */
  | { readonly what: "program"; readonly sha256: string; readonly bytes: number }
  /** From now on the host believes these keys, `name:base64`, and no others. */
  | { readonly what: "trust"; readonly keys: readonly string[] };

export interface RecordSerial {
  readonly serial: number;
  /** The host's present serial, where the record goes on from it although it is not older. */
  readonly override?: number;
}

/** What the namespace of its signature is called: signatures for other purposes of the same key are none of this. */
export const recordNamespace = "nixfleet-deploy";

/** Long enough for clocks that differ and slow hosts; a record is made right before it is used. */
const GOOD_FOR_SECONDS = 3600;

/** @param nowSeconds since the epoch */
export function deployRecord(host: HostName, order: DeployOrder, serial: RecordSerial, nowSeconds: number): string {
  const fields: [string, string][] = [
    ["format", "1"],
    ["what", order.what],
    ["host", host],
    ["serial", String(serial.serial)],
    ...(serial.override === undefined ? [] : [["override", String(serial.override)] as [string, string]]),
    ["not-after", String(nowSeconds + GOOD_FOR_SECONDS)],
    ...fieldsOf(order),
  ];
  return fields.map((field) => `${field.join("\t")}\n`).join("");
}

function fieldsOf(order: DeployOrder): [string, string][] {
  if (order.what === "remove") return [];
  if (order.what === "program") {
    return [
      ["program", order.sha256],
      ["bytes", String(order.bytes)],
    ];
  }
  if (order.what === "trust") return order.keys.map((key) => ["key", key]);
  return [
    ["system", order.system],
    ["description", order.description ?? "-"],
    ["mode", order.mode],
  ];
}

/** Clocks of operators may differ by so much. */
const SKEW_SECONDS = 3600;

/**
 * The time, so that serials of all operators grow; one more than the host's where that is a little ahead. Fails with
 * `host/serial-ahead` where it is so far ahead that following it could use serials up, unless `override` is set.
 */
export function nextSerial(host: HostName, nowSeconds: number, last: number, override: boolean): Result<RecordSerial> {
  if (last < nowSeconds) return ok({ serial: nowSeconds });
  if (last < nowSeconds + SKEW_SECONDS) return ok({ serial: last + 1 });
  return override ? ok({ serial: nowSeconds, override: last }) : err(serialAhead(host, nowSeconds, last));
}

const serialAhead = (host: HostName, now: number, last: number): Failure =>
  failure("host/serial-ahead", "the host has taken a deploy record from the future", {
    host,
    expected: `a serial up to ${now + SKEW_SECONDS}, by this machine's clock`,
    found: String(last),
    next: "when this machine's clock is right, pass --override-serial: the record then says so, signed",
  });
