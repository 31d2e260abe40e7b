/** From a source and an inventory to derivations; an unchanged fleet costs no process. */
import { z } from "zod";
import type { HostName } from "../../domain/ids.ts";
import type { SourceTree } from "../../domain/nix/own-files.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { EvaluatedHost, EvaluateRequest, FleetSource } from "../../ports/nix-builder.ts";
import { askAttribute, type EvaluationSite, type FlakeAttribute } from "./ask-hosts.ts";
import { evaluateHosts, type HostOutcomes } from "./evaluate-hosts.ts";
import { evaluationCache } from "./evaluation-cache.ts";
import type { NixInstallation } from "./installation.ts";
import { flakeTree, lockTree } from "./locked-tree.ts";
import type { NixSettings } from "./settings.ts";
import { writeWrapper } from "./wrapper.ts";

export async function evaluateFleet(
  nix: NixInstallation,
  settings: NixSettings,
  request: EvaluateRequest,
): Promise<Result<ReadonlyMap<HostName, Result<EvaluatedHost>>>> {
  const cache = evaluationCache(settings.cacheDir, request);
  const known = await cache.load();
  const missing = request.hosts.filter((host) => !known.has(host));
  const answers =
    missing.length === 0 ? ok<HostOutcomes>(new Map()) : await evaluateMissing(nix, settings, request, missing);
  if (!answers.ok) return answers;
  const fresh = new Map(
    [...answers.value].flatMap(([host, answer]) => (answer.ok ? [[host, answer.value] as const] : [])),
  );
  if (fresh.size > 0) await cache.save(fresh);
  const outcomes: HostOutcomes = new Map();
  for (const host of request.hosts) {
    const remembered = known.get(host);
    outcomes.set(host, remembered === undefined ? (answers.value.get(host) ?? err(unanswered(host))) : ok(remembered));
  }
  return ok(outcomes);
}

const unanswered = (host: HostName): Failure =>
  failure("nix/bad-answer", "the flake gives no answer for this host", {
    host,
    next: "Update the flake's NixFleet input: nix flake update nixfleet.",
  });

async function evaluateMissing(
  nix: NixInstallation,
  settings: NixSettings,
  request: EvaluateRequest,
  hosts: readonly HostName[],
): Promise<Result<HostOutcomes>> {
  const tree = sourceTree(nix, settings, request);
  const inventory = inventorySchema.parse(JSON.parse(request.inventoryJson)).hosts;
  const bases = new Map(inventory.map(({ name, base }) => [name, base]));
  const site: EvaluationSite = {
    run: nix.run,
    runJobs: nix.runJobs,
    wrapper: await writeWrapper(settings.cacheDir, request.source, request.inventoryJson),
    overrides: request.source.overrides,
    // A host that is not in the inventory fails; what that takes is no matter.
    baseOf: (host) => bases.get(host) ?? "nixos",
    sourceTree: async () => {
      const answer = await tree;
      return answer.ok ? answer.value : undefined;
    },
    signal: request.signal,
  };
  const attributes = flakeAttributes(inventory);
  const named = hosts.filter((host) => attributes.has(host));
  const onDone = (done: number) =>
    request.onProgress?.({ kind: "evaluate", text: "evaluated", done, expected: hosts.length });
  onDone(0);
  const plain = hosts.filter((host) => !attributes.has(host));
  const outcomes = await evaluateHosts(site, plain, onDone);
  // An outdated flake.lock explains other errors, and spoils answers that look good.
  const checked = await tree;
  if (!checked.ok) return checked;
  if (!outcomes.ok) return outcomes;
  return addAttributes(site, settings, request, named, attributes, outcomes.value);
}

/** Asks Nix where the source lies in its store; that also checks flake.lock. */
async function sourceTree(
  nix: NixInstallation,
  settings: NixSettings,
  { source, signal }: EvaluateRequest,
): Promise<Result<SourceTree>> {
  const root = treeRoot(settings.projectRoot, source);
  if (source.input.type === "path") return ok({ storePath: String(source.input.path), root });
  const locked = await lockTree(
    {
      url: source.reference,
      fingerprint: undefined,
      flakeFolder: settings.projectRoot,
      cacheDir: settings.cacheDir,
      run: nix.run,
      signal,
    },
    flakeTree,
  );
  return locked.ok ? ok({ storePath: locked.value.storePath, root }) : locked;
}

/** The store holds the whole repository, of which the fleet may be a folder. */
function treeRoot(projectRoot: string, { input }: FleetSource): string {
  const folder = typeof input.dir === "string" ? `/${input.dir}` : "";
  return folder !== "" && projectRoot.endsWith(folder) ? projectRoot.slice(0, -folder.length) : projectRoot;
}

const inventorySchema = z.object({
  hosts: z.array(
    z.object({
      name: z.string(),
      base: z.enum(["ubuntu", "debian", "nixos"]),
      flakeAttr: z.string().optional(),
      specialisation: z.string().optional(),
    }),
  ),
});
type Hosts = z.infer<typeof inventorySchema>["hosts"];

/** The hosts that name an attribute of the flake themselves. */
function flakeAttributes(hosts: Hosts): ReadonlyMap<string, FlakeAttribute> {
  return new Map(
    hosts.flatMap(({ name, flakeAttr, specialisation }) =>
      flakeAttr === undefined ? [] : [[name, { attribute: flakeAttr, specialisation }] as const],
    ),
  );
}

async function addAttributes(
  site: EvaluationSite,
  settings: NixSettings,
  { source }: EvaluateRequest,
  hosts: readonly HostName[],
  attributes: ReadonlyMap<string, FlakeAttribute>,
  outcomes: HostOutcomes,
): Promise<Result<HostOutcomes>> {
  if (hosts.length === 0) return ok(outcomes);
  const wrapper = await writeWrapper(settings.cacheDir, source, undefined);
  for (const host of hosts) {
    const attribute = attributes.get(host);
    if (attribute === undefined) throw new Error(`${host} names no attribute`);
    const answer = await askAttribute(site, wrapper, host, attribute);
    const value = answer.ok ? answer.value.hosts[0] : undefined;
    if (value !== undefined) outcomes.set(host, ok(value));
    else if (!answer.ok) outcomes.set(host, err(answer.error.failure));
  }
  return ok(outcomes);
}
