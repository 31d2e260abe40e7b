/** `nixfleet ssh`: log in to a host by hand, the way NixFleet itself does. */
import type { Command } from "commander";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { failureExitCode } from "../../domain/outcome/run-exit-code.ts";
import { addressOf } from "../../workflows/one-look.ts";
import type { CliContext, PassedOnExitCode } from "../context.ts";
import { addReachOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetVerb } from "../fleet-verb.ts";
import { oneHost } from "../one-host.ts";
import { addProjectOptions } from "../project-options.ts";
import { renderFailure } from "../render/failures.ts";
import { styleFor } from "../render/style.ts";
import { wireLogin } from "../wire.ts";

export function configure(command: Command, context: CliContext): void {
  addReachOptions(addProjectOptions(command))
    .argument("<host>", "a host, or a pattern that selects one")
    .argument("[command...]", "behind --: passed to ssh as it is; a login without one")
    .action((pattern: string, words: readonly string[], flags: FleetFlags) => logIn(pattern, words, flags, context));
}

async function logIn(pattern: string, words: readonly string[], flags: FleetFlags, context: CliContext): Promise<void> {
  let chosen: ResolvedHost | undefined;
  await runFleetVerb(
    {
      purpose: "query",
      flags,
      patterns: [pattern],
      work: async (_project, selection) => {
        const host = oneHost(selection, pattern);
        if (!host.ok) return err([host.error]);
        chosen = host.value;
        return ok(exitCodes.ok);
      },
    },
    context,
  );
  if (chosen === undefined) return;
  const login = await wireLogin(context, flags);
  const code = await login.open(addressOf(chosen), words);
  if (code.ok) return context.exit(code.value as PassedOnExitCode);
  context.stderr.write(renderFailure(code.error, styleFor(context.stderr, context.env)));
  context.exit(failureExitCode([code.error], undefined));
}
