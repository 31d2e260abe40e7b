/** The line for reboot slots within a run: whose turn it is when several hosts want slots of one budget. */
import { compareDebts, type Debtor } from "../reboot/debt.ts";

export interface Place extends Debtor {
  readonly host: string;
  /** Groups of which it needs a slot each. */
  readonly groups: readonly string[];
  /** Who came first goes first among those who owe equally long. */
  readonly number: number;
  /** The group whose budget it found full last; absent for a host that has not asked yet. */
  readonly fullAt?: string;
  /** When it asked first, in milliseconds since the epoch; absent for a host that is still on its way here. */
  readonly askedAtMs?: number;
}

/** So long a host that could have its slot waits for others that go before it and are still on their way. */
export const ON_THE_WAY_MS = 30_000;

/**
 * The group of which another host is to get a slot first; undefined when it is the host's own turn. Who waits for one budget keeps nobody from another
 * one: a host that needs both would else hold up all that need only the free one.
 *
 * @param nowMs milliseconds since the epoch
 */
export function heldUpAt(me: Place, line: readonly Place[], nowMs: number): string | undefined {
  const isPatient = me.askedAtMs === undefined || nowMs - me.askedAtMs < ON_THE_WAY_MS;
  const first = line.filter((other) => goesBefore(other, me) && (isPatient || other.askedAtMs !== undefined));
  const wanted = first.flatMap(({ fullAt, groups }) => (fullAt === undefined ? groups : [fullAt]));
  return wanted.find((group) => me.groups.includes(group));
}

function goesBefore(other: Place, me: Place): boolean {
  if (other.host === me.host) return false;
  const difference = compareDebts(other, me);
  return difference === 0 ? other.number < me.number : difference < 0;
}
