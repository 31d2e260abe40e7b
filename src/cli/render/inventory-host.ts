/** One host with all its settings, and where they come from. */
import type { Origin, Origins } from "../../domain/inventory/explain-host.ts";
import { hostRows } from "../../domain/inventory/host-rows.ts";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** One line a setting; with origins, each followed by where its value was written. Ends with a newline. */
export function renderHost(host: ResolvedHost, origins: Origins | undefined, style: Style): string {
  const rows = hostRows(host).map(({ setting, value }) => [
    { text: printable(setting), paint: style.dim },
    { text: printable(value) },
    ...(origins === undefined ? [] : [{ text: printable(originText(origins.get(setting))), paint: style.dim }]),
  ]);
  const groups = [{ text: "groups", paint: style.dim }, { text: printable(host.groups.join(", ")) }];
  return `${[style.strong(style.name(printable(host.name))), ...table([groups, ...rows], "  ")].join("\n")}\n`;
}

function originText(origins: readonly Origin[] | undefined): string {
  if (origins === undefined) return "built in";
  return origins.map(({ from, at }) => `${from} (${at.file}:${at.line}:${at.column})`).join(", ");
}
