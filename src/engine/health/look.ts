/** One look at a host's health: its checks, asked there and here, and units that failed since. */
import type { PlannedCheck } from "../../domain/health/check.ts";
import { placed } from "../../domain/health/place.ts";
import type { Answer } from "../../domain/health/watch.ts";
import { type DeployerCheck, healthCommand, parseHealth } from "../../domain/host/health.ts";
import type { StorePath } from "../../domain/ids.ts";
import { isRestricted } from "../../domain/inventory/access.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { Probes } from "../../ports/probes.ts";
import { askRecords } from "../ask-records.ts";
import { observe } from "../observe.ts";
import type { HostSession } from "../session.ts";

export interface Looking {
  /** Whose health checks count; null when nothing is managed any more. */
  readonly system: StorePath | null;
  /** Of the plan. Those that the inventory declares are asked as they stand here. */
  readonly checks: readonly PlannedCheck[];
  /** The host before the change: units that had failed then do not count. */
  readonly before: HostFacts | undefined;
}

export interface LookTools {
  readonly probes: Probes;
  readonly signal: AbortSignal;
}

/** Stands for all units that turned failed. */
export const FAILED_UNITS = "failed units";

/** All checks, or only those with these names. Fails when the host cannot be asked. */
export async function lookAtHealth(
  session: HostSession,
  { system, checks, before }: Looking,
  tools: LookTools,
  names?: readonly string[],
): Promise<Result<readonly Answer[]>> {
  const [facts, answers] = await Promise.all([
    before === undefined ? ok(undefined) : observe(session, tools.signal),
    askChecks(session, system, checks, tools, names),
  ]);
  if (!facts.ok) return facts;
  if (!answers.ok) return answers;
  return ok(facts.value === undefined ? answers.value : [...answers.value, failedSince(before, facts.value)]);
}

/** The checks alone, as `status` wants to know them. */
export async function askChecks(
  session: HostSession,
  system: StorePath | null,
  checks: readonly PlannedCheck[],
  { probes, signal }: LookTools,
  names?: readonly string[],
): Promise<Result<readonly Answer[]>> {
  // To a restricted host they went with its closure.
  const inventory = isRestricted(session.host) ? [] : checks.filter(({ declared }) => declared === "inventory");
  if (system === null && inventory.length === 0) return ok([]);
  const command = healthCommand(system, inventory, names);
  const records = await askRecords(session, command, { timeoutMs: askMs(checks), signal });
  if (!records.ok) return records;
  const health = parseHealth(records.value);
  if (!health.ok) return health;
  const there = health.value.checked.map(({ name, state, reason }) => ({
    name,
    trouble: state === "healthy" ? undefined : (reason ?? state),
  }));
  const here = await Promise.all(health.value.forDeployer.map((check) => ask(check, session, { probes, signal })));
  return ok([...there, ...here]);
}

async function ask(
  { name, timeoutMs, probe }: DeployerCheck,
  { host }: HostSession,
  { probes, signal }: LookTools,
): Promise<Answer> {
  const limits = { timeoutMs, signal };
  const place = placed(probe, host);
  if (place.kind === "tcp") {
    const outcome = await probes.tcp(place.host, place.port, limits);
    return { name, trouble: "trouble" in outcome ? outcome.trouble : undefined };
  }
  const outcome = await probes.http(place.url, limits);
  if ("trouble" in outcome) return { name, trouble: outcome.trouble };
  return { name, trouble: outcome.answer === place.expectStatus ? undefined : `answered ${outcome.answer}` };
}

/** The host asks one after the other. */
const askMs = (checks: readonly PlannedCheck[]): number =>
  checks.reduce((sum, { timeoutMs }) => sum + timeoutMs + 1_000, LEAST_ASK_MS);

const LEAST_ASK_MS = 30_000;

function failedSince(before: HostFacts | undefined, now: HostFacts): Answer {
  if (before?.failedUnits.kind !== "known" || now.failedUnits.kind !== "known") {
    return { name: FAILED_UNITS, trouble: undefined };
  }
  const known = new Set(before.failedUnits.value);
  const failed = now.failedUnits.value.filter((unit) => !known.has(unit));
  return { name: FAILED_UNITS, trouble: failed.length === 0 ? undefined : failed.join(", ") };
}
