/** `nixfleet build`: closures of hosts on this machine, without talking to any of them. */
import type { StorePath } from "../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Answered } from "./ask-hosts.ts";
import { buildClosures } from "./build-closures.ts";
import { tellWarnings } from "./plan-apply.ts";
import { inFrame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

export interface BuildRequest {
  readonly inventory: Inventory;
  readonly hosts: readonly ResolvedHost[];
  /** Absolute folder for a link to each closure, by the host's name; none when left out. */
  readonly linkFolder?: string;
}

export interface Built {
  readonly system: StorePath;
  /** The link that keeps it from garbage collection. */
  readonly link?: string;
}

/** Fails when the flake as a whole cannot be used; a host's own trouble is its answer. */
export async function buildFleet(
  { inventory, hosts, linkFolder }: BuildRequest,
  tools: Tools,
): Promise<Result<readonly Answered<Built>[], readonly Failure[]>> {
  const { builder, clock, interruption } = tools;
  const signal = interruption.draining;
  const answers: Answered<Built>[] = [];
  const framed = await inFrame("build", tools, false, async (frame) => {
    const closures = await buildClosures(hosts, { builder, inventory, recorder: frame.recorder, clock, signal });
    if (signal.aborted) return err([failure("cli/interrupted", "interrupted before everything was built")]);
    if (!closures.ok) return err([closures.error]);
    await tellWarnings(closures.value, frame);
    for (const host of hosts) {
      const closure = closures.value.hosts.get(host.name);
      if (closure === undefined) throw new Error(`nothing was built for ${host.name}`);
      answers.push({ host, answer: closure.ok ? await keep(closure.value.system, host, linkFolder, tools) : closure });
    }
    return ok(exitCodes.ok);
  });
  return framed.ok ? ok(answers) : framed;
}

async function keep(
  system: StorePath,
  { name }: ResolvedHost,
  folder: string | undefined,
  { builder, interruption }: Tools,
): Promise<Result<Built>> {
  if (folder === undefined) return ok({ system });
  const link = `${folder}/${name}`;
  const linked = await builder.link(link, system, interruption.draining);
  return linked.ok ? ok({ system, link }) : linked;
}
