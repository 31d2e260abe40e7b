/** Where effects meet ports: the only file that imports effects. Each factory loads only what its command needs. */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import type { Elevation } from "../domain/host/loader.ts";
import { flakeFolder } from "../domain/inventory/absolute-path.ts";
import { inventoryForNix } from "../domain/inventory/for-nix.ts";
import { type InputOverride, parseInputOverride } from "../domain/nix/input-override.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { parseSlotStore } from "../domain/slots/store-address.ts";
import type { TransportOptions } from "../effects/ssh/options.ts";
import type { Audience } from "../ports/audience.ts";
import type { NewHostKeys } from "../ports/host-keys.ts";
import type { Journal } from "../ports/journal.ts";
import type { Login } from "../ports/login.ts";
import type { ProjectSecrets } from "../ports/project-secrets.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import type { SlotStore } from "../ports/slot-store.ts";
import type { LoadedProject, ProjectPorts } from "../workflows/inventory/load-project.ts";
import type { SecretTools } from "../workflows/secrets/tools.ts";
import type { Interruption, Tools } from "../workflows/tools.ts";
import type { CliContext } from "./context.ts";
import type { FleetFlags } from "./fleet-options.ts";
import { repetitionOf } from "./repetition.ts";
import { version } from "./version.ts";
import { cacheFolder, homeOf, stateFolder } from "./wire/folders.ts";
import { wireLeaseStore } from "./wire/leases.ts";

/** The project's files, and the cache of parsed inventories in `$XDG_CACHE_HOME/nixfleet`. */
export async function wireProject({ env }: Pick<CliContext, "env">): Promise<ProjectPorts> {
  const { inventoryCache } = await import("../effects/inventory/cache.ts");
  const { projectFiles } = await import("../effects/inventory/project-files.ts");
  return { files: projectFiles(homeOf(env)), cache: inventoryCache(cacheFolder(env)) };
}

/** Everything that a verb works with. Fails when the sudo password cannot be asked for, or an override is malformed. */
export async function wireTools(wanted: {
  readonly context: CliContext;
  readonly flags: FleetFlags;
  readonly project: LoadedProject;
  readonly journal: Journal;
  readonly audience: Audience;
  readonly interruption: Interruption;
  readonly newHostKeys?: NewHostKeys;
}): Promise<Result<Tools, readonly Failure[]>> {
  const { context, flags, project, journal, audience, interruption } = wanted;
  const elevation = await elevationFor(flags, context);
  if (!elevation.ok) return err([elevation.error]);
  const overrides = (flags.overrideInput ?? []).map(parseInputOverride);
  const malformed = overrides.flatMap((override) => (override.ok ? [] : [override.error]));
  if (malformed.length > 0) return err(malformed);
  const slots = await wireSlotStore(context, project.inventory);
  if (!slots.ok) return err([slots.error]);
  const { saveMemory } = await import("../effects/machine/thrift.ts");
  saveMemory(project.inventory.hosts.length);
  const transport = await wireTransport(wanted);
  const { hostProgram } = await import("../effects/host-program/program.ts");
  const program = await hostProgram();
  const leases = await wireLeaseStore(context, project.inventory, { transport, program, elevation: elevation.value });
  if (!leases.ok) return err([leases.error]);
  const { localCommands } = await import("../effects/machine/local-commands.ts");
  const { networkProbes } = await import("../effects/machine/probes.ts");
  const { rebootSlots } = await import("../engine/reboot-slots.ts");
  const { systemClock } = await import("../effects/machine/system-clock.ts");
  const { operatorName } = await import("../effects/machine/operator.ts");
  const { recordSigner } = await import("../effects/nix/record-signer.ts");
  const { storeFilesWith } = await import("../effects/nix/kept-manifests.ts");
  return ok({
    transport,
    builder: await wireBuilder(
      context,
      project,
      overrides.flatMap((override) => (override.ok ? [override.value] : [])),
    ),
    storeFiles: storeFilesWith(join(cacheFolder(context.env), "nix")),
    localCommands,
    probes: networkProbes,
    rebootSlots: rebootSlots(slots.value, systemClock),
    leases: leases.value,
    lockWaitMs: flags.lockWait ?? 0,
    secrets: await wireSecrets(context, project),
    secretFiles: await wireSecretFiles(context, project),
    records: recordSigner(nixSettings(context, project, []), flags.overrideSerial === true),
    journal,
    clock: systemClock,
    random: randomBytes,
    audience,
    interruption,
    program,
    elevation: elevation.value,
    operator: operatorName(context.env),
    flags: repetitionOf(flags).flags,
    toolVersion: version,
  });
}

/** The store of reboot slots that the inventory names. Fails with `reboot/store-settings`. */
export async function wireSlotStore(
  { env }: Pick<CliContext, "env">,
  { fleet }: LoadedProject["inventory"],
): Promise<Result<SlotStore>> {
  const address = parseSlotStore(fleet.slots);
  if (!address.ok) return address;
  const { openSlotStore } = await import("../effects/slots/open-store.ts");
  return ok(openSlotStore(address.value, join(stateFolder(env), "slots")));
}

/** The journal of runs below `$XDG_STATE_HOME/nixfleet`. */
export async function wireJournal(
  { env }: Pick<CliContext, "env">,
  warn: (trouble: Failure) => void,
): Promise<Journal> {
  const { defaultRunsFolder, fileJournal } = await import("../effects/journal/file-journal.ts");
  return fileJournal({ root: defaultRunsFolder(env, homeOf(env)), warn });
}

/** A person's own way to hosts, by the same flags. */
export async function wireLogin(context: CliContext, flags: FleetFlags): Promise<Login> {
  const { createLogin } = await import("../effects/ssh/login.ts");
  return createLogin(await sshOptions(context, flags));
}

/** The values of the project's secrets; none is opened before it is needed. */
async function wireSecrets({ env }: Pick<CliContext, "env">, { root, inventory }: LoadedProject): Promise<SecretStore> {
  const { createSecretStore } = await import("../effects/secrets/store.ts");
  return createSecretStore({ root: flakeFolder(inventory.fleet.flake) ?? root, env, home: homeOf(env) });
}

async function wireTransport({
  context,
  flags,
  audience,
  newHostKeys,
}: {
  context: CliContext;
  flags: FleetFlags;
  audience: Audience;
  newHostKeys?: NewHostKeys;
}) {
  const { createTransport } = await import("../effects/ssh/transport.ts");
  return createTransport({
    ...(await sshOptions(context, flags)),
    onWarning: (text) => audience.note(`warning: ${text}`),
    askPassphrase: (path) => passphraseOf(path, context),
    ...(newHostKeys === undefined ? {} : { newHostKeys }),
  });
}

async function sshOptions(context: CliContext, flags: FleetFlags): Promise<TransportOptions> {
  const { systemClock } = await import("../effects/machine/system-clock.ts");
  const sshConfig = flags.sshConfig ?? context.env.NIXFLEET_SSH_CONFIG;
  return {
    clock: systemClock,
    environment: context.env,
    cacheFolder: join(cacheFolder(context.env), "ssh"),
    insecureAcceptAnyHostKey: flags.insecureAcceptAnyHostKey === true,
    ...(sshConfig === undefined ? {} : { sshConfig: resolve(context.cwd, sshConfig) }),
  };
}

/** Undefined when nobody can answer: the transport then says which key is locked. */
async function passphraseOf(path: string, context: CliContext): Promise<string | undefined> {
  const { askPassword } = await import("./prompt.ts");
  const answer = await askPassword(`passphrase of ${path}: `, context, path);
  return answer.ok ? answer.value : undefined;
}

async function wireBuilder(
  { env }: CliContext,
  { root, inventory }: LoadedProject,
  overrides: readonly InputOverride[],
) {
  const { createNixBuilder } = await import("../effects/nix/builder.ts");
  return createNixBuilder(nixSettings({ env }, { root, inventory }, overrides));
}

function nixSettings(
  { env }: Pick<CliContext, "env">,
  { root, inventory }: Pick<LoadedProject, "root" | "inventory">,
  overrides: readonly InputOverride[],
) {
  const { flake, signingKey, cache } = inventory.fleet;
  return {
    projectRoot: flakeFolder(flake) ?? root,
    ...(flakeFolder(flake) === undefined ? { remoteFlake: flake } : {}),
    cacheDir: join(cacheFolder(env), "nix"),
    stateDir: join(stateFolder(env), "nix"),
    env,
    overrides,
    ...(signingKey === undefined ? {} : { signingKeyFile: signingKey }),
    ...(cache === undefined ? {} : { cacheUrl: cache }),
  };
}

async function wireSecretFiles(
  { env }: Pick<CliContext, "env">,
  { root, inventory }: LoadedProject,
): Promise<ProjectSecrets> {
  const { projectSecrets } = await import("../effects/secrets/project.ts");
  return projectSecrets({ root: flakeFolder(inventory.fleet.flake) ?? root, env, home: homeOf(env) });
}

/** What the commands that look after secrets work with. @param signal ends programs that they wait for */
export async function wireSecretTools(
  context: Pick<CliContext, "env">,
  project: LoadedProject,
  signal: AbortSignal,
): Promise<SecretTools> {
  const { inventory } = project;
  const { systemClock } = await import("../effects/machine/system-clock.ts");
  const { createNixBuilder } = await import("../effects/nix/builder.ts");
  const { fleetStorePaths } = await import("../workflows/secrets/fleet-store-paths.ts");
  const settings = nixSettings(context, project, []);
  return {
    secrets: await wireSecretFiles(context, project),
    values: await wireSecrets(context, project),
    clock: systemClock,
    signal,
    storePaths: (hosts, signal) => fleetStorePaths(hosts, { builder: createNixBuilder(settings), inventory }, signal),
    async declared(hosts, signal) {
      const { secretDeclarations } = await import("../effects/nix/declared-secrets.ts");
      const source = await createNixBuilder(settings).source(signal);
      if (!source.ok) return source;
      return secretDeclarations(settings)({
        source: source.value,
        inventoryJson: inventoryForNix(inventory),
        hosts,
        signal,
      });
    },
  };
}

async function elevationFor(flags: FleetFlags, context: CliContext): Promise<Result<Elevation>> {
  if (flags.askSudoPassword !== true) return ok({ kind: "sudo" });
  const { askPassword } = await import("./prompt.ts");
  const password = await askPassword("sudo password on the hosts: ", context);
  return password.ok ? ok({ kind: "sudo-password", password: password.value }) : password;
}
