/** Who holds the locks of hosts. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { Lease } from "../../domain/leases/lease.ts";
import type { Answered } from "../../workflows/ask-hosts.ts";
import type { GroupLease } from "../../workflows/group-leases.ts";
import type { LockState } from "../../workflows/one-look.ts";
import { type Cell, table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Held locks a row each, free ones in one line. Ends with a newline. */
export function renderLocks(answers: readonly Answered<LockState>[], style: Style): string {
  const known = answers.flatMap(({ host, answer }) => (answer.ok ? [{ name: host.name, ...answer.value }] : []));
  const busy = known.filter(({ lock, activation }) => lock !== null || activation !== null);
  const free = known.filter((host) => !busy.includes(host));
  const lines = [
    ...table(busy.map((host) => row(host, style))),
    ...(free.length === 0 ? [] : [`${style.name(foldHosts(free.map(({ name }) => name)))}: free`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Held leases a row each, free ones in one line; nothing where no group has one. Ends with a newline. */
export function renderLeases(leases: readonly GroupLease[], style: Style): string {
  const held = leases.flatMap(({ lease }) => (lease === null ? [] : [lease]));
  const free = leases.flatMap(({ group, lease }) => (lease === null ? [group] : []));
  const lines = [
    ...table(held.map((lease) => leaseRow(lease, style))),
    ...(free.length === 0
      ? []
      : [`${style.name(`${free.length === 1 ? "group" : "groups"} ${free.join(", ")}`)}: free`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const leaseRow = ({ group, run, owner, reason, acquiredAt, expiresAt }: Lease, style: Style): Cell[] => [
  { text: `group ${printable(group)}`, paint: style.name },
  { text: `run ${printable(run)}` },
  { text: printable(owner) },
  { text: printable(reason) },
  { text: `since ${time(acquiredAt / 1000)}`, paint: style.dim },
  { text: `until ${time(expiresAt / 1000)}`, paint: style.dim },
];

function row({ name, lock, activation }: { readonly name: string } & LockState, style: Style): Cell[] {
  const activating =
    activation === null ? [] : [{ text: `activation of run ${printable(activation)} goes on`, paint: style.warning }];
  if (lock === null) return [{ text: name, paint: style.name }, ...activating];
  const until = `${lock.expired ? "expired" : "until"} ${time(lock.expiresAt)}`;
  return [
    { text: name, paint: style.name },
    { text: `run ${printable(lock.run)}` },
    { text: printable(lock.owner) },
    { text: printable(lock.reason) },
    { text: `since ${time(lock.acquiredAt)}`, paint: style.dim },
    { text: until, paint: lock.expired ? style.warning : style.dim },
    ...activating,
  ];
}

/** Seconds since the epoch by the host's clock, to the minute. */
const time = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")}Z`;
