/** A host as far as its place in a rollout is concerned. */
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { Debtor } from "../reboot/debt.ts";

export interface Candidate extends Debtor {
  readonly name: string;
  /** Hosts of one class are likely to behave alike. */
  readonly class: string;
  /** Tagged `canary`, or matched by the strategy's canary patterns. */
  readonly canary: boolean;
}

/** What a canary proves for another host: the same base, architecture and roles. */
export const classOf = ({ base, system, roles }: Pick<ResolvedHost, "base" | "system" | "roles">): string =>
  [base, system, ...roles.toSorted()].join(" ");
