/** The reboot budgets of one run: waits for slots, takes all that a host needs or none, and knows what this run lost. */
import type { Failure } from "../domain/outcome/failure.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Debtor } from "../domain/reboot/debt.ts";
import type { Clock } from "../ports/clock.ts";
import type { SlotStore } from "../ports/slot-store.ts";
import { slotLine } from "./slot-line.ts";

export interface Budget {
  readonly group: string;
  readonly max: number;
  /** Hosts that were out of service before. */
  readonly out?: readonly string[] | undefined;
}

export interface RebootSlots extends Pick<SlotStore, "holdersAre"> {
  /** The host is on its way here: those that go after it let it go first. Gives what takes it out of the line again. */
  announce(host: string, budgets: readonly Budget[], debt: Debtor): () => void;
  /**
   * Waits until every budget has a slot for the host; gives those that it had to take. Fails with `reboot/budget` or `reboot/store`;
   * then it has those that it had before.
   */
  acquire(host: string, budgets: readonly Budget[], until: SlotPatience): Promise<Result<readonly Budget[]>>;
  /** Gives all of them back. @param holder the host, by what the store has it */
  release(holder: string, budgets: readonly Budget[]): Promise<Result<void>>;
  /** The host keeps its slots; whoever waits for them in this run waits in vain. */
  keep(host: string): void;
}

export interface SlotPatience {
  /** The host, by what the store has it. */
  readonly holder: string;
  /** Since when the reboot is owed, if it is: who owes longest goes first. */
  readonly debt: Debtor;
  /** Milliseconds since the epoch after which it is no use to begin. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** The host is out of service since an earlier reboot: its slots stay with it, whatever comes, and others' absence is no reason to wait. */
  readonly kept: boolean;
}

/** Short against every window: who loses a race must not lose the window. */
const POLL_MS = 2_000;
/** Also when a signal came: what was taken has to be given back. */
const GIVE_BACK_MS = 60_000;

export function rebootSlots(store: SlotStore, clock: Clock): RebootSlots {
  const lost = new Set<string>();
  const line = slotLine();
  const release = async (holder: string, budgets: readonly Budget[]): Promise<Result<void>> => {
    let outcome: Result<void> = ok(undefined);
    for (const { group } of budgets) {
      const released = await store.release(group, holder, AbortSignal.timeout(GIVE_BACK_MS));
      if (!released.ok) outcome = released;
    }
    return outcome;
  };
  const waitForAll = async (host: string, budgets: readonly Budget[], patience: SlotPatience) => {
    const { deadlineMs, signal, kept, holder } = patience;
    for (;;) {
      // Its slots are its own already.
      const ahead = kept ? undefined : line.heldUpAt(host, clock.now());
      let full = budgets.find(({ group }) => group === ahead);
      let hopeless = false;
      if (full === undefined) {
        const { taken, outcome } = await takeAll(store, holder, budgets, signal);
        if (outcome.ok && outcome.value === undefined) return ok(taken);
        if (!kept) await release(holder, taken);
        if (!outcome.ok) return outcome;
        full = outcome.value as Budget;
        line.foundFull(host, full.group);
        hopeless = await nobodyReturns(store, full, lost, signal);
      }
      if (hopeless || signal.aborted || clock.now() + POLL_MS > deadlineMs) return err(spent(full, hopeless));
      await clock.sleep(POLL_MS, signal);
    }
  };
  return {
    holdersAre: store.holdersAre,
    announce: (host, budgets, debt) => line.join(host, budgets.map(groupOf), debt),
    async acquire(host, budgets, patience) {
      // The same order everywhere, so that two who need both slots cannot each hold one and wait.
      const sorted = budgets.toSorted((a, b) => (a.group < b.group ? -1 : 1));
      const leave = line.ask(host, sorted.map(groupOf), patience.debt, clock.now());
      try {
        return await waitForAll(host, patience.kept ? sorted.map(withoutOut) : sorted, patience);
      } finally {
        leave();
      }
    },
    release,
    keep: (host) => void lost.add(host),
  };
}

const groupOf = ({ group }: Budget): string => group;

const withoutOut = ({ group, max }: Budget): Budget => ({ group, max });

interface Taking {
  /** Slots that the host did not have before, as far as the store tells. */
  readonly taken: readonly Budget[];
  /** The budget that is full; nothing when all slots are held. */
  readonly outcome: Result<Budget | undefined>;
}

async function takeAll(
  store: SlotStore,
  holder: string,
  budgets: readonly Budget[],
  signal: AbortSignal,
): Promise<Taking> {
  const taken: Budget[] = [];
  for (const budget of budgets) {
    const answer = await store.acquire(budget.group, holder, budget.max, signal, budget.out);
    if (!answer.ok) return { taken, outcome: answer };
    if (answer.value === "full") return { taken, outcome: ok(budget) };
    if (answer.value === "granted") taken.push(budget);
  }
  return { taken, outcome: ok(undefined) };
}

/** Whether all slots are kept by hosts that failed in this run. */
async function nobodyReturns(
  store: SlotStore,
  { group }: Budget,
  lost: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  if (lost.size === 0) return false;
  const told = await store.holders(group, signal);
  if (!told.ok || told.value === null) return false;
  // A store that does not tell: what this run lost is all that is known.
  if (told.value === "untold") return true;
  return told.value.holders.every((holder) => lost.has(holder));
}

const spent = ({ group, max, out = [] }: Budget, hopeless: boolean): Failure =>
  failure("reboot/budget", `the reboot budget of ${group} is spent`, {
    expected: `fewer than ${max} hosts of ${group} rebooting or out of service`,
    found: hopeless ? "failed hosts of this run keep their slots" : `no slot became free in time${outWords(out)}`,
    next: `nixfleet slots status ${group} shows who holds them`,
  });

const outWords = (out: readonly string[]): string =>
  out.length === 0 ? "" : `; out of service before the run began: ${out.slice(0, 5).join(", ")}`;
