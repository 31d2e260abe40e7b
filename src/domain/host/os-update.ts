/** The end of an OS update, as the record `result` tells it. */
import { type Failure, failure } from "../outcome/failure.ts";
import type { FailureCode } from "../outcome/failure-codes/index.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable, recordTexts } from "./records.ts";
import { refusalOf } from "./refusal.ts";

export interface OsUpdateReport {
  /** What really changed, whatever became of the whole; null versions for what was not there, or is gone. */
  readonly packages: readonly { readonly name: string; readonly from: string | null; readonly to: string | null }[];
  /** New versions of configuration files that somebody had edited: they lie beside the edited ones. */
  readonly conffiles: readonly string[];
  /** Units that still run old code. */
  readonly services: readonly string[];
  /** What an earlier update had left half done, and is whole now. */
  readonly repaired?: readonly string[];
  readonly failure?: Failure;
}

/** Fails, in its report, with `os/blocked`, `os/update-failed`, `os/manifest-missing` or what any verb fails with. */
export function judgeOsUpdate(records: readonly HostRecord[], code: number): OsUpdateReport {
  const rows = recordTable(records, "result");
  const values = (key: string): readonly (readonly string[])[] =>
    rows.filter(([name]) => name === key).map(([, ...rest]) => rest);
  const report = {
    packages: values("package").map(([name = "", from = "-", to = "-"]) => ({
      name,
      from: from === "-" ? null : from,
      to: to === "-" ? null : to,
    })),
    conffiles: values("conffile").flatMap(([path]) => (path === undefined ? [] : [path])),
    services: values("service").flatMap(([unit]) => (unit === undefined ? [] : [unit])),
  };
  const repaired = values("repaired").flatMap(([what]) => (what === undefined ? [] : [what]));
  if (code === 0) return repaired.length === 0 ? report : { ...report, repaired };
  const known = meanings[code];
  if (known === undefined) return { ...report, failure: refusalOf(records, code) };
  const problems = recordTexts(records, "problem");
  return {
    ...report,
    failure: failure(known.code, known.what, {
      ...(problems[0] === undefined ? {} : { found: problems[0] }),
      ...(problems.length > 1 ? { detail: problems.join("\n") } : {}),
      next: known.next,
    }),
  };
}

const meanings: Readonly<Record<number, { readonly code: FailureCode; readonly what: string; readonly next: string }>> =
  {
    69: {
      code: "os/blocked",
      what: "the host refused the update before anything was changed",
      next: "correct what is named, then run it again; --repair configure finishes half installed packages",
    },
    70: {
      code: "os/update-failed",
      what: "the update failed part-way",
      next: "correct the cause on the host, then run os-update for it again with --repair configure",
    },
    72: {
      code: "os/update-failed",
      what: "the update was cut short",
      next: "run it again with --repair configure",
    },
    76: {
      code: "os/manifest-missing",
      what: "what apt would do is no longer what was approved",
      next: "plan again",
    },
  };
