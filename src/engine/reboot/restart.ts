/** The restart itself: asked for, and proven by another boot id over another connection. */
import { bootabilityCommand, issueRebootCommand } from "../../domain/host/os-verbs.ts";
import { recordTable, recordTexts } from "../../domain/host/records.ts";
import { refusalOf } from "../../domain/host/refusal.ts";
import { parseBootId } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { reasonsDigest } from "../../domain/reboot/need.ts";
import { askRecords } from "../ask-records.ts";
import { runCommand } from "../host-program/run-command.ts";
import { oldBootId, type Reboot } from "./context.ts";
import { windowShut } from "./window.ts";

const QUESTION_TIMEOUT_MS = 120_000;
/** More reboots than this for the same reasons are refused by the host. */
const REBOOTS_FOR_ONE_REASON = 2;
const NO_LIMIT = 1_000_000;

/** The waiting is over: is it still the time, is the host still to be rebooted, and would it come up again? */
export async function recheck(reboot: Reboot): Promise<Result<void>> {
  const { step, context } = reboot;
  const shut = windowShut(step, context.clock.now());
  if (shut !== undefined) return err(shut);
  const { session, interruption } = context;
  const options = { timeoutMs: QUESTION_TIMEOUT_MS, signal: interruption.detached };
  const records = await askRecords(session, bootabilityCommand(), options);
  if (!records.ok) return records;
  const failed = recordTable(records.value, "check").filter(([, state]) => state === "failed");
  return failed.length === 0 ? ok(undefined) : err(notBootable(failed));
}

function notBootable(failed: readonly (readonly string[])[]): Failure {
  const reasons = failed.map(([name = "", , reason = ""]) => `${name}: ${reason}`);
  return failure("reboot/not-bootable", "the host would perhaps not come up again", {
    found: reasons[0] ?? "",
    ...(reasons.length > 1 ? { detail: reasons.join("\n") } : {}),
    next: "correct it on the host, then run it again",
  });
}

export async function issue(reboot: Reboot): Promise<Result<void>> {
  const { step, context, need } = reboot;
  const { session, activation, interruption } = context;
  const limit = step.force ? NO_LIMIT : REBOOTS_FOR_ONE_REASON;
  const command = issueRebootCommand(activation, oldBootId(reboot), reasonsDigest(need), limit);
  const answer = await session.ask(command, { timeoutMs: QUESTION_TIMEOUT_MS, signal: interruption.detached });
  if (!answer.ok) return answer;
  const { records, code } = answer.value;
  if (code === 0) return ok(undefined);
  if (code === 69) return err(refused(recordTexts(records, "problem")));
  if (code === 76)
    return err(failure("reboot/moved", "the host was rebooted by somebody else", { next: "plan again" }));
  return err(refusalOf(records, code));
}

const refused = (problems: readonly string[]): Failure =>
  failure("reboot/refused", "the host did not take the reboot", {
    ...(problems[0] === undefined ? {} : { found: problems[0] }),
    next: "correct it on the host; --force reboots once more in spite of earlier reboots",
  });

const POLL_MS = 1_000;

/** Until the old system no longer answers; a new one that answers already is fine too. */
export async function waitUntilDown(reboot: Reboot): Promise<Result<void>> {
  const { clock, interruption } = reboot.context;
  const deadline = clock.now() + reboot.step.downMs;
  while (clock.now() < deadline) {
    const seen = await lookAt(reboot);
    if (seen.kind !== "old") return seen.kind === "never" ? err(seen.error) : ok(undefined);
    await clock.sleep(POLL_MS, interruption.detached);
    if (interruption.detached.aborted) return err(failure("cli/interrupted", "nobody waits for the host any more"));
  }
  return err(
    failure("reboot/stuck-shutdown", `the host did not go down within ${reboot.step.downMs / 1000} s`, {
      next: "on the host: systemctl list-jobs",
    }),
  );
}

const LONGEST_PAUSE_MS = 12_000;

/** Until another boot id answers. An error's text is never taken for one. */
export async function waitUntilUp(reboot: Reboot): Promise<Result<void>> {
  const { clock, interruption } = reboot.context;
  const deadline = clock.now() + reboot.step.upMs;
  let pause = POLL_MS;
  let last = "no answer";
  while (clock.now() < deadline) {
    const seen = await lookAt(reboot);
    if (seen.kind === "new") return ok(undefined);
    if (seen.kind === "never") return err(seen.error);
    last = seen.kind === "away" ? seen.because : "the old system still answers";
    await clock.sleep(pause, interruption.detached);
    if (interruption.detached.aborted) return err(failure("cli/interrupted", "nobody waits for the host any more"));
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
  return err(
    failure("reboot/lost", `the host did not come back within ${reboot.step.upMs / 1000} s`, {
      found: last,
      next: "look at its console; it keeps its slot of the reboot budget",
    }),
  );
}

type Sight =
  | { readonly kind: "old" }
  | { readonly kind: "new" }
  | { readonly kind: "away"; readonly because: string }
  /** It will not get better by waiting. */
  | { readonly kind: "never"; readonly error: Failure };

/** A connection of its own each time: the old one may hang for minutes. */
async function lookAt(reboot: Reboot): Promise<Sight> {
  const { session, interruption } = reboot.context;
  const back = await session.reconnect(interruption.detached);
  if (!back.ok) return awayBecause(back.error);
  let text = "";
  const exit = await runCommand(session.connection, "cat /proc/sys/kernel/random/boot_id", {
    elevation: { kind: "none" },
    timeoutMs: 10_000,
    signal: interruption.detached,
    onStdout: (chunk) => {
      text += Buffer.from(chunk).toString("utf8");
    },
    onStderr: () => undefined,
  });
  const bootId = exit.ok && exit.value === 0 ? parseBootId(text.trim()) : undefined;
  if (bootId === undefined) return { kind: "away", because: exit.ok ? "no boot id" : exit.error.what };
  return bootId === oldBootId(reboot) ? { kind: "old" } : { kind: "new" };
}

/** Somebody else answers with another key: that is no booting host. All else may pass, a refused login while it boots too. */
const awayBecause = (error: Failure): Sight =>
  error.code.startsWith("transport/host-key") ? { kind: "never", error } : { kind: "away", because: error.what };
