/** Who a reboot would disturb, and who of them it waits for. */
import type { HostRecord } from "../host/protocol.ts";
import { recordTable } from "../host/records.ts";

const kinds = ["packages", "cloud-init", "inhibitor", "user"] as const;

export interface Busy {
  readonly kind: (typeof kinds)[number];
  /** In words of the host. */
  readonly who: string;
}

export interface BusyPolicy {
  /** How long people have to log out; absent when nobody waits for them. */
  readonly usersMs?: number | undefined;
}

/** From the records `busy`. */
export const busyIn = (records: readonly HostRecord[]): Busy[] =>
  recordTable(records, "busy").flatMap(([kind, who = ""]) => {
    const known = kinds.find((name) => name === kind);
    return known === undefined ? [] : [{ kind: known, who }];
  });

export interface InTheWay {
  readonly inTheWay: readonly Busy[];
  /** People whose time is over. */
  readonly passedOver: readonly Busy[];
}

/** Programs are always waited for, people for as long as the policy gives them. @param waitedMs since the waiting began */
export function whoIsInTheWay(busy: readonly Busy[], { usersMs }: BusyPolicy, waitedMs: number): InTheWay {
  const people = usersMs === undefined ? [] : busy.filter(({ kind }) => kind === "user");
  const programs = busy.filter(({ kind }) => kind !== "user");
  const isOver = usersMs !== undefined && waitedMs >= usersMs;
  return { inTheWay: isOver ? programs : [...programs, ...people], passedOver: isOver ? people : [] };
}

export const busyWords = (busy: readonly Busy[]): string =>
  busy.map(({ kind, who }) => `${WORDS[kind]} (${who})`).join(", ");

const WORDS: Readonly<Record<Busy["kind"], string>> = {
  packages: "a package manager",
  "cloud-init": "cloud-init",
  inhibitor: "an inhibitor",
  user: "people who are logged in",
};
