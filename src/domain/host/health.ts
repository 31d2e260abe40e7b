/** One look at a host's health checks: what is asked, and what the host tells. */
import type { PlannedCheck, Probe } from "../health/check.ts";
import type { StorePath } from "../ids.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable } from "./records.ts";
import type { HostCommand } from "./verbs.ts";

/**
 * Asks the checks of a closure, and those of the inventory that the host itself has to try; where names are given, only
 * these. Values hold neither tabs nor newlines: the inventory's schema and the plan's linter see to it.
 */
export const healthCommand = (
  system: StorePath | null,
  inventory: readonly PlannedCheck[],
  names: readonly string[] = [],
): HostCommand => ({
  verb: "health",
  // A host takes so many words and no more; then all are asked.
  args: [system ?? "-", ...(names.length > MOST_NAMES ? [] : names)],
  payload: new TextEncoder().encode(inventory.map(checkLine).join("")),
});

const MOST_NAMES = 12;

/** As backends/contract/README.md has it for manifests. */
function checkLine({ name, probe, timeoutMs, from }: PlannedCheck): string {
  const kind = from === "deployer" ? ["deployer"] : [probe.kind];
  const value = from === "deployer" ? [probe.kind, ...valueFields(probe)] : valueFields(probe);
  return `${["check", name, ...kind, Math.ceil(timeoutMs / 1000), ...value].join("\t")}\n`;
}

function valueFields(probe: Probe): readonly (string | number)[] {
  switch (probe.kind) {
    case "unit":
      return [probe.unit];
    case "command":
      return [probe.command];
    case "http":
      return [probe.url, probe.expectStatus];
    case "tcp":
      return [probe.host, probe.port];
  }
}

export interface CheckedHealth {
  readonly name: string;
  readonly state: "healthy" | "unhealthy" | "unknown";
  readonly reason: string | undefined;
}

export interface HealthAnswer {
  readonly checked: readonly CheckedHealth[];
  /** What the machine of the CLI has to ask. */
  readonly forDeployer: readonly DeployerCheck[];
}

export interface DeployerCheck {
  readonly name: string;
  readonly timeoutMs: number;
  readonly probe: Extract<Probe, { kind: "http" | "tcp" }>;
}

/** The answer of the verb `health`. Fails with `host/facts`. */
export function parseHealth(records: readonly HostRecord[]): Result<HealthAnswer> {
  const checked: CheckedHealth[] = [];
  for (const row of recordTable(records, "health")) {
    const [name = "", state = "", reason = "-", ...more] = row;
    if (name === "" || more.length > 0 || (state !== "healthy" && state !== "unhealthy" && state !== "unknown")) {
      return unusable("health", row);
    }
    checked.push({ name, state, reason: reason === "-" ? undefined : reason });
  }
  const forDeployer: DeployerCheck[] = [];
  for (const row of recordTable(records, "health.deployer")) {
    const check = deployerCheck(row);
    if (check === undefined) return unusable("health.deployer", row);
    forDeployer.push(check);
  }
  return ok({ checked, forDeployer });
}

function deployerCheck(row: readonly string[]): DeployerCheck | undefined {
  const [name = "", seconds = "", kind, value = "", more = "", ...rest] = row;
  if (name === "" || value === "" || rest.length > 0 || !/^\d{1,6}$/.test(seconds)) return undefined;
  const number = /^\d{1,5}$/.test(more) ? Number(more) : Number.NaN;
  const timeoutMs = Number(seconds) * 1000;
  if (kind === "http" && /^https?:\/\//.test(value) && number >= 100 && number <= 599) {
    return { name, timeoutMs, probe: { kind, url: value, expectStatus: number } };
  }
  if (kind === "tcp" && number >= 1 && number <= 65535)
    return { name, timeoutMs, probe: { kind, host: value, port: number } };
  return undefined;
}

const unusable = (record: string, row: readonly string[]): Result<never> =>
  err(failure("host/facts", `the host reported no usable "${record}"`, { found: row.join(" ").slice(0, 200) }));
