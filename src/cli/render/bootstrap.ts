/** What hosts have of what NixFleet needs, and what is to be done. */
import { canonicalJson } from "../../domain/canonical-json.ts";
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { eventErrorOf } from "../../domain/outcome/event-error.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { OfferedKey } from "../../ports/host-keys.ts";
import type { Prepared } from "../../workflows/bootstrap/request.ts";
import { renderFailures } from "./failures.ts";
import { table, wrap } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Hosts of equal steps once, under their folded names. Ends with a newline. */
export function renderPreparations(
  prepared: readonly Prepared[],
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const good = prepared.flatMap(({ host, outcome }) => (outcome.ok ? [{ host, ...outcome.value }] : []));
  const blocks = groupBy(good, ({ plan, found }) => canonicalJson([plan, found.os])).map((group) => {
    const [first] = group;
    if (first === undefined) throw new Error("a group has a member");
    const names = foldHosts(group.map(({ host }) => host.name));
    return [
      `${style.name(style.strong(names))}  ${style.dim(printable(first.found.os.pretty))}`,
      ...first.plan.steps.flatMap(({ state, what }) => {
        const mark = state === "do" ? style.added("+") : style.good("=");
        const lines = wrap(printable(what), { first: "    ", width });
        return lines.map((line, index) => (index === 0 ? `  ${mark} ${line.trimStart()}` : line));
      }),
      ...first.plan.notes.flatMap((note) => wrap(printable(note), { first: "  note  ", width })),
    ].join("\n");
  });
  const failures = prepared.flatMap(({ host, outcome }) => (outcome.ok ? [] : [{ ...outcome.error, host: host.name }]));
  return [
    ...blocks.map((block) => `${block}\n`),
    ...(failures.length === 0 ? [] : [renderFailures(failures, style)]),
  ].join("\n");
}

export function preparationRecord(prepared: readonly Prepared[]) {
  const hosts = prepared.map(({ host, outcome }) =>
    outcome.ok
      ? { name: host.name, os: outcome.value.found.os, ...outcome.value.plan }
      : { name: host.name, error: eventErrorOf(outcome.error) },
  );
  return { schema: "nixfleet.bootstrap/1", hosts };
}

/** Keys that nobody knows yet, with how to compare them. */
export function renderOffers(
  offers: readonly { readonly host: ResolvedHost; readonly key: OfferedKey }[],
  style: Style,
): string {
  const rows = offers.map(({ host, key }) => [
    { text: host.name, paint: style.name },
    { text: printable(host.addresses.join(", ")) },
    { text: printable(key.type) },
    { text: key.fingerprint },
  ]);
  const pins = offers.map(({ host, key }) => `  ${host.name}  hostKeys: ["${printable(key.line)}"]\n`);
  return [
    "No key is known of these hosts; they show:\n",
    ...table(rows, "  ").map((line) => `${line}\n`),
    "On the host's console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or _ecdsa_, _rsa_)\n",
    "Keys that are the hosts' own go into your known_hosts; the inventory can pin them for everybody:\n",
    ...pins,
  ].join("");
}
