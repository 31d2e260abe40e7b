/** The versions that an earlier run installed: what a canary ran is what later hosts get. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Journal } from "../../ports/journal.ts";
import { findRun } from "../runs/find-run.ts";

export interface PromotedVersion {
  readonly name: string;
  readonly to: string;
}

export interface Promotion {
  readonly versions: readonly PromotedVersion[];
  /** When the first of its hosts had them, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** Fails with `os/no-such-run`, also when hosts of that run got different versions of one package. */
export async function promotedVersions(typed: string, journal: Journal): Promise<Result<Promotion>> {
  const run = await findRun(typed, journal);
  if (!run.ok) return run;
  const reading = await journal.read(run.value);
  if (!reading.ok) return reading;
  const versions = new Map<string, string>();
  const installed: number[] = [];
  for (const event of reading.value.events) {
    if (event.type !== "os_updated") continue;
    installed.push(Date.parse(event.ts));
    for (const { name, to } of event.packages) {
      const bare = name.replace(/:.*/, "");
      const known = versions.get(bare);
      if (to === null) continue;
      if (known !== undefined && known !== to) return err(disagreement(typed, bare, [known, to]));
      versions.set(bare, to);
    }
  }
  if (versions.size > 0) {
    const sorted = [...versions].map(([name, to]) => ({ name, to })).sort(byName);
    return ok({ versions: sorted, atMs: Math.min(...installed) });
  }
  return err(
    failure("os/no-such-run", `the run ${run.value} updated no packages`, {
      next: "nixfleet runs list shows the runs",
    }),
  );
}

const disagreement = (run: string, name: string, versions: readonly string[]) =>
  failure("os/no-such-run", `the hosts of run ${run} got different versions of ${name}`, {
    found: versions.join(" and "),
    next: "name the run of the canary alone",
  });

const byName = (a: PromotedVersion, b: PromotedVersion): number => (a.name < b.name ? -1 : 1);
