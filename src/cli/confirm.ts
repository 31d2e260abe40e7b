/** Asks before hosts are changed. Without a terminal nobody can be asked, and then only --yes will do. */
import { createInterface } from "node:readline/promises";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { Consent } from "../workflows/carry-out.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./render/printable.ts";
import { patienceOf, type WaitFlags } from "./rollout-options.ts";

export function confirmer(yes: boolean, terminal: Pick<CliContext, "stdin" | "stderr">, signal: AbortSignal) {
  const ask = askerOnTerminal(
    yes,
    terminal,
    signal,
    "look at the plan with nixfleet plan, then add --yes, or apply a saved plan",
  );
  return (plan: Plan): Promise<Result<boolean>> => ask(question(plan));
}

/** Takes a question of yes or no. Fails with `cli/needs-confirmation`, and then says `next`, where nobody can answer. */
export function askerOnTerminal(
  yes: boolean,
  { stdin, stderr }: Pick<CliContext, "stdin" | "stderr">,
  signal: AbortSignal,
  next = "add --yes",
) {
  return async (text: string): Promise<Result<boolean>> => {
    if (yes) return ok(true);
    if (stdin.isTTY === true && stderr.isTTY === true) return ok(await ask(text, { stdin, stderr }, signal));
    return err(failure("cli/needs-confirmation", "there is no terminal to ask on", { next }));
  };
}

/** Everything that an operator may be asked while a plan is carried out. */
export function consentOf(
  flags: WaitFlags & { readonly yes?: true },
  context: Pick<CliContext, "stdin" | "stderr">,
  signal: AbortSignal,
): Consent {
  const canAsk = context.stdin.isTTY === true && context.stderr.isTTY === true;
  const approve = (because: string): Promise<boolean> => ask(`\n${printable(because)}. Go on? [y/N] `, context, signal);
  return {
    beforehand: flags.yes === true,
    confirm: confirmer(flags.yes === true, context, signal),
    patience: patienceOf(flags, canAsk),
    ...(canAsk ? { approve } : {}),
  };
}

function question({ summary, verb }: Plan): string {
  const hosts = `${summary.change} ${summary.change === 1 ? "host" : "hosts"}`;
  return `\n${QUESTIONS[verb]} ${hosts}? [y/N] `;
}

const QUESTIONS: Readonly<Record<Plan["verb"], string>> = {
  apply: "Apply this to",
  remove: "Stop managing",
  rollback: "Roll back",
  run: "Run this on",
  "os-update": "Update the operating system of",
  reboot: "Reboot, where it is needed,",
};

async function ask(
  text: string,
  { stdin, stderr }: Pick<CliContext, "stdin" | "stderr">,
  signal: AbortSignal,
): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  // The terminal swallows Ctrl-C while it waits for an answer.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return /^y(es)?$/i.test((await terminal.question(text, { signal })).trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
