/** A resolved host as the settings that would describe it, one value a row. */
import { durationText } from "./duration.ts";
import type { Hook, ResolvedHost } from "./resolved.ts";

export interface HostRow {
  /** Dotted path of the setting, as in the file. */
  readonly setting: string;
  /** As it would be written in the file; JSON for free values. */
  readonly value: string;
}

/** All settings that have a value, in the order of the reference. */
export function hostRows(host: ResolvedHost): HostRow[] {
  const { base, addresses, port, user, identityFile, proxyJump, hostKeys, transport, system } = host;
  const rows: [string, unknown][] = [
    ["base", base],
    ["addr", addresses],
    ["port", port],
    ["user", user],
    ["identityFile", identityFile],
    ["proxyJump", proxyJump],
    ["hostKeys", hostKeys],
    ["transport", transport],
    ["system", system],
    ["roles", host.roles],
    ["tags", host.tags],
    ["build", host.build.length === 0 ? "local" : host.build],
    ["substituteOnDestination", host.substituteOnDestination ? true : undefined],
    ["rollout", host.rollout],
    ...leaves("osUpdates", host.osUpdates),
    ...Object.entries(host.hooks).map(([stage, list]): [string, unknown] => [`hooks.${stage}`, list.map(hookText)]),
    ["flakeAttr", host.flakeAttr],
    ...leaves("vars", host.vars),
  ];
  return rows.flatMap(([setting, value]) => {
    const text = valueText(value);
    return text === "" ? [] : [{ setting, value: text }];
  });
}

function leaves(path: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) => leaves(`${path}.${key}`, member));
}

function hookText({ run, where, timeoutMs, onFailure }: Hook): string {
  const conditions = [where, durationText(timeoutMs), ...(onFailure === "warn" ? ["warn only"] : [])];
  return `${run} (${conditions.join(", ")})`;
}

function valueText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  return JSON.stringify(value);
}
