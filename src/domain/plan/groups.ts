/** Equal things said once: hosts with the same change, and the same failure on many hosts. */
import { canonicalJson } from "../canonical-json.ts";
import { compareHostNames, foldHosts } from "../fold-hosts.ts";
import type { EventError } from "../outcome/event-error.ts";
import type { FileChange, Plan, PlanHost } from "./plan.ts";
import { checksOf } from "./steps.ts";

export interface ChangeGroup {
  /** In natural order; at least one. */
  readonly hosts: readonly string[];
  /** One host's plan, which stands for all: content of files, closures and steps aside, they are equal. */
  readonly example: PlanHost;
  /** All of them, in the order of `hosts`. */
  readonly members: readonly PlanHost[];
}

/**
 * Hosts to which the same happens form one group: same packages, units, accounts, paths and modes. What stands inside of a
 * file may differ from host to host, such as the host's own name; see `fileVariants`. Largest first, then by name.
 */
export function groupChanges(hosts: Plan["hosts"]): ChangeGroup[] {
  return groupBy(hosts, (host) => canonicalJson(shapeOf(host)))
    .map(changeGroup)
    .sort((a, b) => b.hosts.length - a.hosts.length || compareHostNames(a.hosts[0] ?? "", b.hosts[0] ?? ""));
}

function changeGroup(unsorted: readonly PlanHost[]): ChangeGroup {
  const members = unsorted.toSorted((a, b) => compareHostNames(a.name, b.name));
  return { hosts: members.map((host) => host.name), example: firstOf(members), members };
}

export interface FailureGroup {
  readonly hosts: readonly string[];
  readonly error: EventError;
}

/** Failures of equal text; a host's own name inside the text does not make it another. Largest first. */
export function groupFailures(
  failures: readonly { readonly host?: string | undefined; readonly error: EventError }[],
): FailureGroup[] {
  const groups = groupBy(failures, ({ host, error }) => withoutName(canonicalJson(error), host));
  return groups.map(failureGroup).sort((a, b) => b.hosts.length - a.hosts.length);
}

function failureGroup(
  members: readonly { readonly host?: string | undefined; readonly error: EventError }[],
): FailureGroup {
  const hosts = members.flatMap(({ host }) => (host === undefined ? [] : [host])).sort(compareHostNames);
  const { host, error } = firstOf(members);
  if (host === undefined || hosts.length === 1) return { hosts, error };
  // The sentence is about all of them; a command to type next stays an example.
  return { hosts, error: { ...error, what: error.what.replaceAll(host, foldHosts(hosts)) } };
}

/** Members with one key, groups in the order in which their first member comes. */
export function groupBy<T>(members: Iterable<T>, keyOf: (member: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const member of members) {
    const key = keyOf(member);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return [...groups.values()];
}

function shapeOf(host: PlanHost): object {
  const {
    name: _name,
    base: _base,
    from: _from,
    to: _to,
    pendingUpdates: _updates,
    steps,
    files,
    reboot,
    closure,
    ...shape
  } = host;
  const commands = steps.flatMap((step) => (step.kind === "run" ? [step.command] : []));
  // Only a reboot that is needed is told with the changes.
  return {
    ...shape,
    files: files.map(outsideOf),
    closure: closure?.packages,
    reboot: reboot.needed === "yes" ? reboot : null,
    commands,
    checks: checksOf(host),
    reboots: steps.flatMap((step) => (step.kind === "reboot" ? [{ ...step, id: "", needs: [], expect: null }] : [])),
  };
}

function outsideOf(file: FileChange): object {
  const { diff: _diff, withheld: _withheld, ...outside } = file;
  return outside;
}

function withoutName(text: string, host: string | undefined): string {
  return host === undefined ? text : text.replaceAll(host, "\0");
}

function firstOf<T>(members: readonly T[]): T {
  const [first] = members;
  if (first === undefined) throw new Error("a group has at least one member");
  return first;
}
