/** Hosts of one release whose archives offer different versions: then no canary speaks for all of them. */
import type { PlanHost } from "../plan/plan.ts";

export interface ReleasedHost {
  /** Distribution and codename. */
  readonly release: string;
  readonly plan: PlanHost;
}

/** The same plans, each with a note of what it gets otherwise than most; equal plans have none. */
export function withUnlikeVersions(hosts: readonly ReleasedHost[]): PlanHost[] {
  const votes = new Map<string, Map<string, number>>();
  for (const { release, plan } of hosts) {
    for (const { name, to } of plan.os?.updates ?? []) {
      const versions = votes.get(`${release} ${name}`) ?? new Map<string, number>();
      votes.set(`${release} ${name}`, versions.set(to, (versions.get(to) ?? 0) + 1));
    }
  }
  return hosts.map(({ release, plan }) => {
    const unlike = (plan.os?.updates ?? []).flatMap(({ name, to }) => {
      const usual = mostFrequent(votes.get(`${release} ${name}`) ?? new Map());
      return usual === to ? [] : [`${name} ${to} instead of ${usual}`];
    });
    if (unlike.length === 0) return plan;
    return { ...plan, notes: [...plan.notes, `gets other versions than hosts of its release: ${unlike.join(", ")}`] };
  });
}

/** Of equally frequent ones the first in the order of their texts. */
const mostFrequent = (versions: ReadonlyMap<string, number>): string =>
  [...versions].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))[0]?.[0] ?? "";
