/** From the records of the verb `closure` to checked values. */
import type { ClosurePath } from "../closure/compare.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable } from "./records.ts";

export interface HostClosure {
  /** Every path of the closure that was asked for. */
  readonly paths: readonly ClosurePath[];
  /** Those of the paths in the question that the host's store lacks. */
  readonly missing: ReadonlySet<string>;
}

/** Fails with `host/facts` on a record that is not of its form. */
export function parseHostClosure(records: readonly HostRecord[]): Result<HostClosure> {
  const rows = recordTable(records, "closure.path");
  const lacking = recordTable(records, "closure.missing");
  const bad =
    rows.find(([path, bytes]) => !isPath(path) || !/^[0-9]{1,15}$/.test(bytes ?? "")) ??
    lacking.find(([path]) => !isPath(path));
  if (bad !== undefined) {
    return err(failure("host/facts", 'the host reported no usable "closure"', { found: bad.join(" ").slice(0, 200) }));
  }
  return ok({
    paths: rows.map(([path, bytes]) => ({ path: path ?? "", bytes: Number(bytes) })),
    missing: new Set(lacking.map(([path]) => path ?? "")),
  });
}

const isPath = (text: string | undefined): boolean => /^\/nix\/store\/[0-9a-z]{32}-[^/\s]+$/.test(text ?? "");
