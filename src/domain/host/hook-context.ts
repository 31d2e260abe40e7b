/** What a hook is told: the same facts as environment variables, and as one line of JSON on standard input. */
import type { ResolvedHost } from "../inventory/resolved.ts";

export interface HookFacts {
  /** `preApply`, `postReboot`, … */
  readonly stage: string;
  readonly run: string;
  readonly host: Pick<ResolvedHost, "name" | "base" | "groups" | "tags">;
  /** What only this stage knows, such as `status` or `oldBootId`; null where there is none. */
  readonly more: Readonly<Record<string, string | null>>;
}

/** Documented in docs/rollouts.md; names are added, never changed. */
export function hookContext({ stage, run, host, more }: HookFacts) {
  const { name, base, groups, tags } = host;
  return { schema: "nixfleet.hook/1", stage, run, host: name, base, groups, tags, ...more };
}

/** NIXFLEET_STAGE, NIXFLEET_OLD_BOOT_ID, …; lists are joined by commas, what is null is empty. */
export function hookEnvironment(facts: HookFacts): Readonly<Record<string, string>> {
  const { schema: _schema, ...context } = hookContext(facts);
  return environmentOf(context);
}

/** The same for facts of any kind. */
export function environmentOf(context: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(context).map(([name, value]) => [
      `NIXFLEET_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`,
      Array.isArray(value) ? value.join(",") : String(value ?? ""),
    ]),
  );
}
