/** Whether the host that came back is well, and stays up. */
import { rebootVerifiedCommand } from "../../domain/host/os-verbs.ts";
import { acquireLockCommand } from "../../domain/host/verbs.ts";
import { isRestricted } from "../../domain/inventory/access.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { askRecords } from "../ask-records.ts";
import { runCommand } from "../host-program/run-command.ts";
import { observe } from "../observe.ts";
import { oldBootId, type Reboot } from "./context.ts";
import { askNeed } from "./need.ts";

const BOOT_TIMEOUT_MS = 5 * 60_000;
const LOCK_TTL_SECONDS = 300;
const ASK_TIMEOUT_MS = 60_000;

export async function verify(reboot: Reboot): Promise<Result<void>> {
  const { context } = reboot;
  await bootFinished(reboot);
  const locked = await takeLockAgain(reboot);
  if (!locked.ok) return locked;
  const facts = await observe(context.session, context.interruption.detached);
  if (!facts.ok) return facts;
  if (facts.value.bootId === oldBootId(reboot)) {
    return err(failure("reboot/unhealthy", "the host has the boot id that it had before"));
  }
  return newlyFailed(reboot, facts.value) ?? (await stillNeeded(reboot));
}

/** The same boot id once more after a while: a host that crashes and boots in a loop looks well in between. */
export async function soak(reboot: Reboot): Promise<Result<void>> {
  const { session, clock, interruption, activation } = reboot.context;
  const before = await observe(session, interruption.detached);
  if (!before.ok) return before;
  await clock.sleep(reboot.step.soakMs, interruption.detached);
  const after = await observe(session, interruption.detached);
  if (!after.ok) return after;
  if (after.value.bootId !== before.value.bootId) {
    return err(failure("reboot/unhealthy", "the host rebooted again by itself", { next: "look at its console" }));
  }
  const options = { timeoutMs: ASK_TIMEOUT_MS, signal: interruption.detached };
  const forgotten = await askRecords(session, rebootVerifiedCommand(activation), options);
  return forgotten.ok ? ok(undefined) : forgotten;
}

/** Waits for the units that are still starting. What state it ends in is judged by the units that failed. */
async function bootFinished({ context: { session, interruption, elevation } }: Reboot): Promise<void> {
  await runCommand(session.connection, "systemctl is-system-running --wait", {
    elevation: isRestricted(session.host) ? { kind: "none" } : elevation,
    timeoutMs: BOOT_TIMEOUT_MS,
    signal: interruption.detached,
    onStdout: () => undefined,
    onStderr: () => undefined,
  });
}

/** It lay in memory and went with the reboot. */
async function takeLockAgain({ context }: Reboot): Promise<Result<void>> {
  const { session, recorder, operator, interruption } = context;
  const command = acquireLockCommand({
    run: recorder.run,
    owner: operator,
    ttlSeconds: LOCK_TTL_SECONDS,
    reason: "after a reboot",
    fences: context.fencesOf(session.host),
  });
  const answer = await session.ask(command, { timeoutMs: ASK_TIMEOUT_MS, signal: interruption.detached });
  if (!answer.ok) return answer;
  return answer.value.code === 0 ? ok(undefined) : err(failure("host/locked", "another run took the host's lock"));
}

/** Units that had failed before are nobody's surprise. */
function newlyFailed({ baseline }: Reboot, facts: HostFacts): Result<void> | undefined {
  if (facts.failedUnits.kind !== "known") return err(failure("reboot/unhealthy", "systemd does not tell its units"));
  const before = new Set(baseline?.failedUnits.kind === "known" ? baseline.failedUnits.value : []);
  const failed = facts.failedUnits.value.filter((unit) => !before.has(unit));
  if (failed.length === 0) return undefined;
  return err(
    failure("reboot/unhealthy", "units failed after the reboot", {
      found: failed.slice(0, 5).join(", "),
      next: `on the host: systemctl status ${failed[0]}`,
    }),
  );
}

async function stillNeeded({ context, need }: Reboot): Promise<Result<void>> {
  const now = await askNeed(context);
  if (!now.ok) return now;
  // What is known since an earlier reboot keeps no host out of service that is well on what it fell back to.
  const { failedTrial } = now.value;
  if (failedTrial !== undefined && failedTrial !== need.failedTrial) return err(notTried(failedTrial));
  const left = now.value.state === "yes" ? now.value.reasons.filter((reason) => need.reasons.includes(reason)) : [];
  if (left.length === 0) return ok(undefined);
  return err(
    failure("reboot/unhealthy", "the host still needs the reboot that it had", {
      found: left.slice(0, 5).join(", "),
      next: "look whether it booted the kernel that it should have",
    }),
  );
}

const notTried = (tried: string) =>
  failure("reboot/unhealthy", "what one boot was to try did not come up: the host is back on what it ran before", {
    found: tried,
    next: "look at the host's console for why, then try it again: os-update on NixOS, reboot elsewhere",
  });
