/** What of a NixOS system only a boot can bring, told before it is applied. */
import { z } from "zod";

const bootParts = [
  "kernel",
  "initrd",
  "kernel-modules",
  "kernel-params",
  "switch-inhibitors",
  "init-interface-version",
] as const;
export type BootPart = (typeof bootParts)[number];

/** Targets of links and contents of small files of a toplevel, as far as it has them. */
export type BootParts = Readonly<Partial<Record<BootPart, string>>>;

export const isBootPart = (name: string): name is BootPart => (bootParts as readonly string[]).includes(name);

/** The parts that are links; the others are files. */
export const linkedParts: readonly BootPart[] = ["kernel", "initrd", "kernel-modules"];
export const writtenParts: readonly BootPart[] = ["kernel-params", "switch-inhibitors", "init-interface-version"];

/**
 * Sentences for a plan; none when everything can be live at once.
 * @param now the booted system's kernel, initrd, modules and parameters, and the live system's inhibitors and init
 */
export function bootNotes(now: BootParts, next: BootParts): string[] {
  const blocked = [...changedInhibitors(now, next), ...changedInit(now, next)];
  const later = [
    ...linkedParts
      .filter((part) => now[part] !== next[part])
      .map((part) => `${part} ${packageWords(now[part], next[part])}`),
    ...(now["kernel-params"] === next["kernel-params"] ? [] : ["kernel-params"]),
  ];
  return [
    ...(blocked.length === 0 ? [] : [`cannot be made live: ${blocked.join(", ")}; it is committed for the next boot`]),
    ...(later.length === 0 ? [] : [`runs in full after a boot only: ${later.join(", ")}`]),
  ];
}

function changedInhibitors(now: BootParts, next: BootParts): string[] {
  const [before, after] = [now, next].map((parts) => inhibitorsIn(parts["switch-inhibitors"]));
  const changed = [...(after ?? [])].filter(([key, value]) => before?.has(key) === true && before.get(key) !== value);
  return changed.map(([key]) => `the switch inhibitor ${key} changes`);
}

/** Systems before 26.05 have none. */
function inhibitorsIn(text: string | undefined): ReadonlyMap<string, string> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOrUndefined(text));
  const entries = Object.entries(parsed.success ? parsed.data : {});
  return new Map(entries.map(([key, value]) => [key, JSON.stringify(value)]));
}

function jsonOrUndefined(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const changedInit = (now: BootParts, next: BootParts): string[] =>
  now["init-interface-version"] === next["init-interface-version"] ? [] : ["the interface of init changes"];

/** `linux-6.12.30 -> linux-6.12.41`. */
function packageWords(from: string | undefined, to: string | undefined): string {
  const [old, next] = [from, to].map((path) => /^\/nix\/store\/[0-9a-z]{32}-([^/]+)/.exec(path ?? "")?.[1] ?? "none");
  return old === next ? `${next} (rebuilt)` : `${old} -> ${next}`;
}
