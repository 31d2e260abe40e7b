/** Hosts that were found: in columns, and those that the inventory lacks in the form that it wants. */
import type { FoundHost } from "../../domain/discover/found.ts";
import { parseHostName } from "../../domain/ids.ts";
import { count, table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Ends with a newline. */
export function renderDiscovered(found: readonly FoundHost[], targets: number, style: Style): string {
  const rows = found.map(({ target, name, hosts, greeting }) => [
    { text: printable(target), paint: style.name },
    { text: printable(name ?? "-") },
    hosts.length === 0 ? { text: "new", paint: style.good } : { text: printable(hosts.join(",")) },
    { text: printable(greeting), paint: style.dim },
  ]);
  const head = ["ADDRESS", "NAME", "INVENTORY", "ANSWERS"].map((text) => ({ text, paint: style.dim }));
  const closing = `${count(found.length, "SSH server")} at ${targets} ${targets === 1 ? "address" : "addresses"}`;
  const shown = found.length === 0 ? [] : [...table([head, ...rows]), ""];
  return [...shown, style.dim(closing), ...stanzas(found.filter(({ hosts }) => hosts.length === 0))]
    .map((line) => `${line}\n`)
    .join("");
}

/** For the inventory below `hosts:`. A name that nobody told is the address in words. */
function stanzas(found: readonly FoundHost[]): string[] {
  if (found.length === 0) return [];
  const entries = found.map(({ target, name, base }) => {
    const own = parseHostName((name ?? "").split(".")[0] ?? "") ?? `host-${target.replaceAll(/[.:]/g, "-")}`;
    return `  ${own}: { base: ${base ?? "nixos"}, addr: ${JSON.stringify(target)} }${base === null ? "   # base is a guess" : ""}`;
  });
  return ["", "for the inventory:", "hosts:", ...entries];
}
