/** What a restricted host runs when it is named: tasks, hooks and health checks, which travel to it in its signed closure. */
import { manifestCheck } from "../health/declared.ts";
import type { HealthCheck } from "../manifest/manifest.ts";
import type { Hook, Inventory, ResolvedHost } from "./resolved.ts";

/** Its own hooks, and those of other hosts that are delegated to it; each command once. */
export function signedCommands(
  host: ResolvedHost,
  hosts: readonly ResolvedHost[],
  tasks: Inventory["tasks"],
): {
  readonly tasks: readonly { name: string; run: string; sudo: boolean; timeoutSeconds: number }[];
  readonly hooks: readonly { run: string; timeoutSeconds: number }[];
  /** Only those that there are. */
  readonly healthChecks?: readonly HealthCheck[];
} {
  const here = hosts.flatMap((other) => hooksOf(other).filter(({ where }) => runsOn(where, other) === host.name));
  const limits = new Map<string, number>();
  for (const { run, undo, timeoutMs } of here) {
    for (const command of undo === undefined ? [run] : [run, undo]) {
      limits.set(command, Math.max(inSeconds(timeoutMs), limits.get(command) ?? 0));
    }
  }
  return {
    tasks: [...tasks].map(([name, { run, sudo, timeoutMs }]) => ({
      name,
      run,
      sudo,
      timeoutSeconds: inSeconds(timeoutMs),
    })),
    hooks: [...limits].map(([run, timeoutSeconds]) => ({ run, timeoutSeconds })),
    ...(host.healthChecks.length === 0 ? {} : { healthChecks: host.healthChecks.map(manifestCheck) }),
  };
}

const hooksOf = ({ hooks }: ResolvedHost): readonly Hook[] => Object.values(hooks).flat();

function runsOn(where: Hook["where"], owner: ResolvedHost): string | undefined {
  if (where === "local") return undefined;
  return where === "remote" ? owner.name : where.slice("delegate:".length);
}

const inSeconds = (ms: number): number => Math.ceil(ms / 1000);
