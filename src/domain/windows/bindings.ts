/** Which windows bind which hosts, and for what. */
import { canonicalJson } from "../canonical-json.ts";
import type { Inventory, ResolvedHost } from "../inventory/resolved.ts";

export interface WindowBinding {
  /** "change": what a rollout starts; "reboot": of hosts that need one. */
  readonly purpose: "change" | "reboot";
  /** Name of the rollout that says so. */
  readonly rollout?: string;
  readonly windows: readonly string[];
  readonly blackouts: readonly string[];
  /** In the order of the inventory. */
  readonly hosts: readonly string[];
}

/** One binding for all hosts that are bound alike; hosts that nothing binds are in none. */
export function windowBindings({ rollouts, fleet }: Inventory, hosts: readonly ResolvedHost[]): WindowBinding[] {
  const bound = hosts.flatMap((host) => {
    const strategy = rollouts.get(host.rollout ?? "");
    const change = {
      purpose: "change" as const,
      ...(strategy === undefined || host.rollout === undefined ? {} : { rollout: host.rollout }),
      windows: strategy?.windows ?? [],
      blackouts: [...(strategy?.blackouts ?? []), ...fleet.blackouts],
    };
    const windows = (host.osUpdates.ubuntu ?? host.osUpdates.nixos)?.rebootWindow ?? [];
    const reboot = { purpose: "reboot" as const, windows, blackouts: fleet.blackouts };
    return [change, reboot].map((binding) => ({ ...binding, hosts: [host.name] }));
  });
  const binding = bound.filter(({ windows, blackouts }) => windows.length + blackouts.length > 0);
  return [...Map.groupBy(binding, ({ hosts: _hosts, ...rest }) => canonicalJson(rest)).values()].flatMap((alike) =>
    alike.slice(0, 1).map((first) => ({ ...first, hosts: alike.flatMap((one) => one.hosts) })),
  );
}
