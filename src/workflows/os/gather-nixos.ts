/** What the flake describes for NixOS hosts: their part of an OS update. */
import type { HostName } from "../../domain/ids.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { HostInput } from "../../domain/plan/host-input.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { buildClosures } from "../build-closures.ts";
import { desiredHosts, storesOf } from "../desired-closures.ts";
import { gatherHosts } from "../gather-hosts.ts";
import { inputsOf, tellWarnings } from "../plan-apply.ts";
import type { Frame } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import type { OsUpdateRequest } from "./plan-os-update.ts";

export interface NixosGathered {
  readonly hosts: ReadonlyMap<HostName, HostInput>;
  /** Absent when no host needed the flake. */
  readonly inputs?: Plan["inputs"];
}

/** Evaluates and builds only where a NixOS host is selected. */
export async function gatherNixos(
  request: OsUpdateRequest,
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
  frame: Frame,
  tools: Tools,
): Promise<Result<NixosGathered, readonly Failure[]>> {
  const { inventory, updateInputs } = request;
  const hosts = request.hosts.filter(({ base }) => base === "nixos");
  if (hosts.length === 0) return updateInputs.length === 0 ? ok({ hosts: new Map() }) : err([nobodyNeedsInputs]);
  const { recorder, fleet } = frame;
  const { builder, clock, interruption } = tools;
  const signal = interruption.draining;
  const closures = await buildClosures(hosts, { builder, fleet, inventory, recorder, clock, signal, updateInputs });
  if (!closures.ok) return err([closures.error]);
  await tellWarnings(closures.value, frame);
  const gathered = await gatherHosts(hosts, observed, desiredHosts(hosts, closures.value), {
    ...tools,
    fleet,
    stores: storesOf(closures.value),
    signal,
  });
  return ok({
    hosts: new Map(gathered.map((input) => [input.host.name, input])),
    inputs: inputsOf(closures.value, request),
  });
}

const nobodyNeedsInputs = failure("nix/unknown-input", "--update-input is for NixOS hosts, and none is selected", {
  next: "leave it out, or select a NixOS host",
});
