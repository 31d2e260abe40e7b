/** `nixfleet init`: lay a new project. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { parseNewHosts } from "../../domain/init/new-project.ts";
import type { Base } from "../../domain/inventory/resolved.ts";
import type { Result } from "../../domain/outcome/result.ts";
import { failureExitCode } from "../../domain/outcome/run-exit-code.ts";
import { type Initialised, initProject } from "../../workflows/init.ts";
import type { CliContext } from "../context.ts";
import { renderFailure } from "../render/failures.ts";
import { renderInitialised } from "../render/init.ts";
import { outputTo } from "../render/output.ts";
import { styleFor } from "../render/style.ts";
import { wireNewProject, wireSigningKeys } from "../wire/machine.ts";

interface InitFlags {
  readonly host?: readonly string[];
  readonly base: Base;
  readonly nixfleet?: string;
  readonly nixpkgs?: string;
  readonly json?: true;
}

export function configure(command: Command, context: CliContext): void {
  const several = (word: string, before: readonly string[] | undefined) => [...(before ?? []), word];
  command
    .argument("[dir]", "where the project goes", ".")
    .addOption(new Option("--host <name=address>", "a host of the inventory (repeatable)").argParser(several))
    .addOption(new Option("--base <base>", "what hosts run").choices(["ubuntu", "debian", "nixos"]).default("ubuntu"))
    .option("--nixfleet <url>", "where NixFleet comes from: a flake reference or folder (default: this very one)")
    .option("--nixpkgs <url>", "where packages come from (default: nixos-unstable)")
    .option("--json", "what was done, as JSON")
    .action(async (dir: string, flags: InitFlags) => {
      const done = await lay(dir, flags, context);
      const [stdout, stderr] = [outputTo(context.stdout), outputTo(context.stderr)];
      if (!done.ok) {
        stderr.write(renderFailure(done.error, styleFor(context.stderr, context.env)));
        return context.exit(failureExitCode([done.error], undefined));
      }
      if (flags.json === true)
        return stdout.write(`${JSON.stringify({ schema: "nixfleet.init/1", ...done.value }, null, 2)}\n`);
      stdout.write(renderInitialised(done.value, context.cwd, styleFor(context.stdout, context.env)));
    });
}

async function lay(dir: string, flags: InitFlags, context: CliContext): Promise<Result<Initialised>> {
  const hosts = parseNewHosts(flags.host ?? []);
  if (!hosts.ok) return hosts;
  const request = {
    hosts: hosts.value,
    base: flags.base,
    ...(flags.nixfleet === undefined ? {} : { nixfleet: flags.nixfleet }),
    ...(flags.nixpkgs === undefined ? {} : { nixpkgs: flags.nixpkgs }),
  };
  const ports = await wireNewProject(context, resolve(context.cwd, dir));
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once("SIGINT", stop);
  try {
    return await initProject(request, ports, await wireSigningKeys(context), interrupted.signal);
  } finally {
    process.off("SIGINT", stop);
  }
}
