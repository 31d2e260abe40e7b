/** Who of this run waits for slots, or is on its way to ask for them. */
import type { Debtor } from "../domain/reboot/debt.ts";
import { heldUpAt, type Place } from "../domain/slots/line.ts";

export interface SlotLine {
  /** The host will ask. Gives what takes it out of the line again. */
  join(host: string, groups: readonly string[], debt: Debtor): () => void;
  /** The host asks now. @param nowMs milliseconds since the epoch */
  ask(host: string, groups: readonly string[], debt: Debtor, nowMs: number): () => void;
  /** The host asked, and this budget had no slot for it. */
  foundFull(host: string, group: string): void;
  /** The group of which another host is to get a slot first. */
  heldUpAt(host: string, nowMs: number): string | undefined;
}

export function slotLine(): SlotLine {
  const line = new Map<string, Place>();
  let joined = 0;
  const leaver = (host: string) => () => void line.delete(host);
  const placeOf = (host: string, groups: readonly string[], debt: Debtor): Place => {
    joined += 1;
    return { number: joined, ...line.get(host), host, groups, owedSince: debt.owedSince };
  };
  const change = (host: string, change: Partial<Place>): void => {
    const place = line.get(host);
    if (place !== undefined) line.set(host, { ...place, ...change });
  };
  return {
    join(host, groups, debt) {
      line.set(host, placeOf(host, groups, debt));
      return leaver(host);
    },
    ask(host, groups, debt, nowMs) {
      line.set(host, { ...placeOf(host, groups, debt), askedAtMs: nowMs });
      return leaver(host);
    },
    foundFull: (host, group) => change(host, { fullAt: group }),
    heldUpAt(host, nowMs) {
      const me = line.get(host);
      return me === undefined ? undefined : heldUpAt(me, [...line.values()], nowMs);
    },
  };
}
