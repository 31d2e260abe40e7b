/** How to type a command again, or the one that follows it: what leads to the same fleet by the same way. */
import { buildWords } from "./build-options.ts";
import type { FleetFlags } from "./fleet-options.ts";

/** Words to put behind the choice of hosts. */
export interface Repetition {
  readonly flags: readonly string[];
  /** What comes last, such as the command of `nixfleet run`. */
  readonly operands: readonly string[];
}

/** @param own what only this verb knows of */
export function repetitionOf(flags: FleetFlags, own: Partial<Repetition> = {}): Repetition {
  const { project, inventory, sshConfig, overrideInput = [], lab } = flags;
  return {
    flags: [
      ...(own.flags ?? []),
      ...(project === undefined ? [] : ["-C", project]),
      ...(inventory === undefined ? [] : ["-i", inventory]),
      ...(sshConfig === undefined ? [] : ["-F", sshConfig]),
      ...(flags.askSudoPassword === true ? ["-K"] : []),
      ...(flags.insecureAcceptAnyHostKey === true ? ["--insecure-accept-any-host-key"] : []),
      ...overrideInput.flatMap((override) => ["--override-input", override]),
      ...buildWords(flags),
      // Its value may be left out, so nothing but a flag may stand behind it.
      ...(lab === undefined ? [] : lab === true ? ["--lab"] : ["--lab", lab]),
    ],
    operands: own.operands ?? [],
  };
}
