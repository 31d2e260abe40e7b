/** `nixfleet init`: a new project that plans as it stands. Asks nothing, overwrites nothing. */
import { basename } from "node:path";
import { INVENTORY, type NewHost, type NewProject, projectTexts } from "../domain/init/new-project.ts";
import type { Base } from "../domain/inventory/resolved.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { NewFolder, NewProjectPorts } from "../ports/new-project.ts";
import type { SigningKeys } from "../ports/signing-keys.ts";
import { generateKey, showKey } from "./keys.ts";

export interface InitRequest {
  readonly hosts: readonly NewHost[];
  readonly base: Base;
  /** As typed; where the running NixFleet lies when left out. */
  readonly nixfleet?: string;
  readonly nixpkgs?: string;
}

export interface Initialised {
  readonly folder: string;
  readonly hosts: readonly string[];
  readonly written: readonly string[];
  /** Was there before, and is as it was. */
  readonly kept: readonly string[];
  readonly repository: "made" | "present" | "missing";
  readonly key: { readonly publicKey: string; readonly file: string; readonly made: boolean };
  readonly lock:
    | { readonly state: "locked" | "kept" | "no-nix" }
    | { readonly state: "failed"; readonly because: Failure };
  /** Where flake.nix takes things from, when it was written. */
  readonly sources?: NewProject["sources"];
}

/** Fails with `init/*` or `nix/key-*`; what was made until then stays, and the next call goes on from there. */
export async function initProject(
  request: InitRequest,
  ports: NewProjectPorts,
  keys: SigningKeys,
  signal: AbortSignal,
): Promise<Result<Initialised>> {
  const { folder } = ports;
  const present = (await folder.existing([INVENTORY])).size > 0;
  if (present && request.hosts.length > 0) return err(inventoryThere(folder.path));
  const sources = await sourcesOf(request, ports);
  if (!sources.ok) return sources;
  const key = await ensureKey(folder.path, keys);
  if (!key.ok) return key;
  const project = { ...request, sources: sources.value, publicKey: key.value.publicKey };
  const all = projectTexts(await ports.template(), project);
  // Hosts that an inventory does not name would only be in the way.
  const texts = new Map([...all].filter(([path]) => !present || !path.startsWith("hosts/")));
  const kept = await folder.existing([...texts.keys(), "flake.lock"]);
  const missing = new Map([...texts].filter(([path]) => !kept.has(path)));
  const written = await folder.write(missing);
  if (!written.ok) return written;
  const repository = await folder.ensureRepository();
  if (!repository.ok) return repository;
  const tracked = repository.value === "missing" ? ok(undefined) : await folder.track([...missing.keys()]);
  if (!tracked.ok) return tracked;
  const lock = await lockFlake(folder, kept.has("flake.lock"), repository.value !== "missing", signal);
  return ok({
    folder: folder.path,
    hosts: [...texts.keys()].flatMap((path) => /^hosts\/(.*)\.nix$/.exec(path)?.slice(1) ?? []),
    written: [...missing.keys()],
    kept: [...kept],
    repository: repository.value,
    key: key.value,
    lock,
    ...(missing.has("flake.nix") ? { sources: sources.value } : {}),
  });
}

const inventoryThere = (folder: string) =>
  failure("init/project-exists", `${folder} has an inventory already`, {
    next: `add the host to ${INVENTORY} by hand, with a file hosts/NAME.nix`,
  });

async function sourcesOf({ nixfleet, nixpkgs }: InitRequest, ports: NewProjectPorts) {
  const own = nixfleet === undefined ? ok(await ports.ownSource()) : await ports.sourceOf(nixfleet);
  if (!own.ok) return own;
  if (nixpkgs === undefined) return ok({ nixfleet: own.value });
  const packages = await ports.sourceOf(nixpkgs);
  return packages.ok ? ok({ nixfleet: own.value, nixpkgs: packages.value }) : packages;
}

/** One key serves all fleets of a user, unless they say otherwise. */
async function ensureKey(folder: string, keys: SigningKeys): Promise<Result<Initialised["key"]>> {
  const made = await generateKey({ fleet: basename(folder) }, keys);
  if (made.ok) return ok({ publicKey: made.value.key.publicKey, file: made.value.file, made: true });
  if (made.error.code !== "nix/key-exists") return made;
  const present = await showKey(undefined, keys);
  return present.ok ? ok({ publicKey: present.value.publicKey, file: keys.defaultFile, made: false }) : present;
}

async function lockFlake(
  folder: NewFolder,
  there: boolean,
  tracked: boolean,
  signal: AbortSignal,
): Promise<Initialised["lock"]> {
  if (there) return { state: "kept" };
  const locked = await folder.lock(signal);
  if (locked === undefined) return { state: "no-nix" };
  if (!locked.ok) return { state: "failed", because: locked.error };
  const added = tracked ? await folder.track(["flake.lock"]) : ok(undefined);
  return added.ok ? { state: "locked" } : { state: "failed", because: added.error };
}
