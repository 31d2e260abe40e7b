/** `nixfleet lab up --like`: machines for the hosts of an inventory. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { loadProject } from "../../workflows/inventory/load-project.ts";
import type { CliContext } from "../context.ts";
import { projectRequest } from "../project-options.ts";
import { wireProject } from "../wire.ts";
import type { UpFlags } from "./lab-options.ts";

export interface WantedMachines {
  readonly names: readonly string[];
  /** NAME=SHAPE words, as for --shape. */
  readonly shapes: readonly string[];
}

/** What was named on the command line, or one machine for each host of the inventory. */
export async function machinesLike(
  flags: UpFlags,
  names: readonly string[],
  context: CliContext,
): Promise<Result<WantedMachines>> {
  if (flags.like === undefined) return ok({ names, shapes: [] });
  const project = await loadProject(projectRequest({ inventory: flags.like }, context), await wireProject(context));
  if (!project.ok) {
    const [first, ...more] = project.error;
    if (first === undefined) throw new Error("an inventory that cannot be loaded has a reason");
    return err(
      more.length === 0 ? first : { ...first, next: `${more.length} more: nixfleet inventory list -i ${flags.like}` },
    );
  }
  const { hosts } = project.value.inventory;
  const known = new Set<string>(hosts.map((host) => host.name));
  const stranger = names.find((name) => !known.has(name));
  if (stranger !== undefined) {
    return err(
      failure("lab/unknown-machine", `the inventory has no host ${stranger}`, { expected: [...known].join(", ") }),
    );
  }
  const wanted = hosts.filter((host) => names.length === 0 || names.includes(host.name));
  return ok({ names: wanted.map((host) => host.name), shapes: wanted.map(({ name, base }) => `${name}=${base}`) });
}
