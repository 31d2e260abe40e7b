/** `nixfleet status`: one look at every host; compared with what the fleet describes now only when asked. */
import type { HostName, StorePath } from "../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from "../domain/outcome/exit-codes.ts";
import { failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { assembleStatus } from "../domain/status/assemble-status.ts";
import type { Status } from "../domain/status/status.ts";
import { evaluateClosures } from "./build-closures.ts";
import { lookAtChecks } from "./look-at-health.ts";
import { observeHosts } from "./observe-hosts.ts";
import { withUpdateCounts } from "./os/look-at-updates.ts";
import { type Frame, inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface StatusRequest {
  readonly inventory: Inventory;
  readonly hosts: readonly ResolvedHost[];
  /** Evaluates, to tell whether each host is up to date. */
  readonly compare: boolean;
  /** Exit code 2 when a host's last apply is older, or when there was none. */
  readonly maxAgeMs?: number;
  /** Exit code 2 when a host drifted, or is not up to date. */
  readonly detailedExitCode: boolean;
}

export const statusOfFleet = (request: StatusRequest, tools: Tools): Promise<Outcome> =>
  inFrame("status", tools, false, (frame) => lookAndTell(request, frame, tools));

async function lookAndTell(request: StatusRequest, frame: Frame, tools: Tools): Promise<Outcome> {
  const { hosts } = request;
  const { clock, interruption, audience } = tools;
  const { fleet, recorder } = frame;
  const signal = interruption.draining;
  const [observed, desired] = await Promise.all([
    observeHosts(hosts, { fleet, recorder, clock, signal }).then((seen) =>
      withUpdateCounts(hosts, seen, { fleet, signal }),
    ),
    request.compare ? desiredSystems(request, frame, tools) : ok(new Map<HostName, StorePath>()),
  ]);
  if (signal.aborted) return err([failure("cli/interrupted", "interrupted before every host had answered")]);
  if (!desired.ok) return err([desired.error]);
  const health = await lookAtChecks(hosts, observed, { fleet, probes: tools.probes, signal });
  const inputs = hosts.flatMap(({ name, base }) => {
    const facts = observed.get(name);
    if (facts === undefined) return [];
    const system = desired.value.get(name);
    const checks = health.get(name);
    return [
      {
        host: { name, base },
        observed: facts,
        ...(system === undefined ? {} : { desired: system }),
        ...(checks === undefined ? {} : { health: checks }),
      },
    ];
  });
  const status = assembleStatus(inputs, clock.now());
  audience.status(status);
  return ok(exitCodeOfStatus(status, request, clock.now()));
}

async function desiredSystems(
  { hosts, inventory }: StatusRequest,
  { recorder }: Frame,
  { builder, clock, interruption }: Tools,
): Promise<Result<ReadonlyMap<HostName, StorePath>>> {
  const evaluated = await evaluateClosures(hosts, {
    builder,
    inventory,
    recorder,
    clock,
    signal: interruption.draining,
  });
  if (!evaluated.ok) return evaluated;
  const described = [...evaluated.value.hosts].flatMap(([name, host]) =>
    host.ok ? [[name, host.value.outPath] as const] : [],
  );
  return ok(new Map(described));
}

/** Unreachable hosts count as such; staleness, drift and outdated hosts count as changes, and only when asked for. */
export function exitCodeOfStatus(
  status: Status,
  request: Pick<StatusRequest, "maxAgeMs" | "detailedExitCode">,
  nowMs: number,
): ExitCode {
  const troubles = status.hosts.flatMap(({ error }): ExitCode[] => {
    if (error === undefined) return [];
    const entry = Object.entries(failureCodes).find(([known]) => known === error.code)?.[1];
    return [entry === undefined ? exitCodes.failed : exitCodeOf(entry.kind)];
  });
  const { maxAgeMs, detailedExitCode } = request;
  const aged = maxAgeMs !== undefined && status.hosts.some((host) => isOlder(host, nowMs - maxAgeMs));
  const changed = detailedExitCode && status.hosts.some((host) => host.drift.length > 0 || host.upToDate === false);
  return worstExitCode([...troubles, ...(aged || changed ? [exitCodes.changesPresent] : [])]);
}

/** By the time itself: `ageDays` is rounded for people. A host that was never applied to is older than any age. */
const isOlder = ({ reachable, appliedAt }: Status["hosts"][number], limitMs: number): boolean =>
  reachable && !(appliedAt !== null && Date.parse(appliedAt) >= limitMs);
