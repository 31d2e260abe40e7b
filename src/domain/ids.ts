/** Branded ids. Each is made only by its parser, so a value of the type is known to be well-formed. */

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** A host's name in the inventory: a DNS label or a dotted name. */
export type HostName = Branded<string, "HostName">;
/** An absolute path `/nix/store/<32 base-32 characters>-<name>` with nothing behind it. */
export type StorePath = Branded<string, "StorePath">;
/** The kernel's boot id, a lower-case UUID. */
export type BootId = Branded<string, "BootId">;
/** The id of one execution; sorts by time. */
export type RunId = Branded<string, "RunId">;
/** What an activation is called on its host; see run/activation-id.ts. */
export type ActivationId = RunId | Branded<string, "ActivationId">;
/** The digest that names a plan. */
export type PlanId = Branded<string, "PlanId">;
/** The number of a profile link; 0 stands for the empty manifest. */
export type Generation = Branded<number, "Generation">;

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
// Nix's base-32 alphabet leaves out e, o, u and t.
const STORE_PATH = /^\/nix\/store\/[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9a-zA-Z+\-._?=]{1,211}$/;
const BOOT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// Ten characters of time and sixteen of randomness in Crockford's base 32 (the ULID form).
const RUN_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

export const parseHostName = (text: string): HostName | undefined =>
  HOST_NAME.test(text) ? (text as HostName) : undefined;

export const parseStorePath = (text: string): StorePath | undefined =>
  STORE_PATH.test(text) ? (text as StorePath) : undefined;

export const parseBootId = (text: string): BootId | undefined => (BOOT_ID.test(text) ? (text as BootId) : undefined);

export const parseRunId = (text: string): RunId | undefined => (RUN_ID.test(text) ? (text as RunId) : undefined);

export const parseGeneration = (value: number): Generation | undefined =>
  Number.isSafeInteger(value) && value >= 0 ? (value as Generation) : undefined;
