/** Which secrets of a host change, told by keyed digests. */
import { createHash } from "node:crypto";
import type { ManagedSecret } from "../manifest/secrets.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { LiveSecret } from "../secrets/state.ts";
import type { PlanHost } from "./plan.ts";

/** What the planner knows of a host's secrets; never their values. */
export interface SecretInput {
  readonly live: ReadonlyMap<string, LiveSecret>;
  readonly wanted: readonly WantedSecret[];
}

export interface WantedSecret {
  readonly name: string;
  /** Null where the host has no key yet, which it makes at its first delivery. */
  readonly digest: string | null;
  /** Whether the value has to travel; else the host has it already. */
  readonly travels: boolean;
}

type SecretChange = PlanHost["secrets"][number];

/** Sorted by name. `desired` are the secrets of the closure that is to become live. */
export function secretChanges(input: SecretInput | undefined, desired: readonly ManagedSecret[]): SecretChange[] {
  if (input === undefined) return [];
  const declared = new Map(desired.map((secret) => [secret.name, secret]));
  const kept = input.wanted.flatMap((wanted) => {
    const change = changeOf(wanted, input.live.get(wanted.name), declared.get(wanted.name));
    return change === undefined ? [] : [{ name: wanted.name, change }];
  });
  const gone = [...input.live.keys()].filter((name) => !declared.has(name));
  return [...kept, ...gone.map((name): SecretChange => ({ name, change: "remove" }))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function changeOf(
  { digest }: WantedSecret,
  live: LiveSecret | undefined,
  declared: ManagedSecret | undefined,
): "add" | "modify" | undefined {
  if (live === undefined) return "add";
  if (live.digest !== digest) return "modify";
  const attributes = declared === undefined ? undefined : `${declared.mode} ${declared.owner} ${declared.group}`;
  return live.attributes === undefined || live.attributes === attributes ? undefined : "modify";
}

/** One digest for all secrets that a host has in place, to tell whether anything moved; what it is made of is keyed. */
export function secretsDigest({ secrets }: Pick<HostFacts, "secrets">): string {
  const rows = secrets.map(({ name, digest, present }) => `${name}\t${digest}\t${present}\n`);
  return createHash("sha256").update(rows.toSorted().join("")).digest("hex");
}

/** Whether exactly the wanted secrets are in place. */
export function hasSecrets(wanted: readonly WantedSecret[], { secrets }: Pick<HostFacts, "secrets">): boolean {
  const live = new Map(secrets.filter(({ present }) => present).map(({ name, digest }) => [name, digest]));
  return live.size === wanted.length && wanted.every(({ name, digest }) => live.get(name) === digest);
}
