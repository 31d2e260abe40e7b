/** How a run that is not over goes on: the commands to type. */
import { quote } from "../../domain/host/quote.ts";
import type { RolloutEnd } from "../../domain/outcome/events.ts";
import { printable } from "./printable.ts";

export interface GoOn {
  /** One word, as wide as "details". */
  readonly does: string;
  readonly command: string;
}

/** @param flags what leads to the same fleet by the same way; nothing for a run that came to its end */
export function goOnWords(
  { run, rollout }: { readonly run: string; readonly rollout?: RolloutEnd | "died" | undefined },
  flags: readonly string[],
): readonly GoOn[] {
  const line = (does: string, verb: string, ...more: string[]): GoOn => ({
    does: does.padEnd("details".length),
    command: printable(["nixfleet runs", verb, run, ...more, ...flags.map(quote)].join(" ")),
  });
  switch (rollout) {
    case undefined:
    case "completed":
      return [];
    case "halted":
      return [line("go on", "resume", "--lift-halt"), line("retry", "resume", "--retry-failed")];
    case "detached":
      return [line("follow", "attach"), line("go on", "resume")];
    case "died":
    case "paused":
    case "interrupted":
      return [line("go on", "resume")];
  }
}
