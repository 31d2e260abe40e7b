/** The real builder: Nix on this machine. */
import { join } from "node:path";
import type { StorePath } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixBuilder, OtherStore } from "../../ports/nix-builder.ts";
import { buildHosts } from "./build.ts";
import { buildElsewhere, realiseElsewhere } from "./build-elsewhere.ts";
import { builtHost } from "./built-host.ts";
import { closureOf, signaturesOf } from "./closure.ts";
import { copyClosures, fetchClosures } from "./copy.ts";
import { secretDeclarations } from "./declared-secrets.ts";
import { evaluateFleet } from "./evaluate.ts";
import { type NixInstallation, nixInstallation } from "./installation.ts";
import { keepManifest } from "./kept-manifests.ts";
import { chosenKeyFile } from "./key-file.ts";
import { lendSignatures } from "./lend-signatures.ts";
import { otherStoreFiles } from "./other-files.ts";
import { storeUrls } from "./other-store.ts";
import { pathMemory } from "./path-memory.ts";
import { presentPaths } from "./present.ts";
import { pushClosures } from "./push.ts";
import { addRoot, linkTo, removeRoot } from "./roots.ts";
import type { NixSettings } from "./settings.ts";
import { type Signer, signer } from "./sign.ts";
import { fleetSource } from "./source.ts";
import { buildsHere } from "./systems.ts";
import { createTrustProber, type TrustProber } from "./trust-probe.ts";
import { keepLock, updateInputs } from "./update-inputs.ts";

/** Nothing is started and no file is touched before the first call that needs it. */
export function createNixBuilder(settings: NixSettings): NixBuilder {
  const roots = join(settings.stateDir, "gcroots", "named");
  const builds = {
    memory: pathMemory(join(settings.cacheDir, "built.json")),
    roots: join(settings.stateDir, "gcroots", "builds"),
  };
  let found: NixInstallation | undefined;
  const urls = storeUrls(settings.cacheUrl);
  // Hosts of one configuration ask for one closure.
  const closures = new Map<StorePath, ReturnType<typeof closureOf>>();
  const systems = new Map<string, ReturnType<typeof buildsHere>>();
  let prober: TrustProber | undefined;
  const nix = async (signal: AbortSignal): Promise<Result<NixInstallation>> => {
    if (found !== undefined) return ok(found);
    const installation = await nixInstallation(settings, signal);
    if (installation.ok) found = installation.value;
    return installation;
  };
  const closure = async (path: StorePath, signal: AbortSignal, store?: OtherStore) => {
    const installation = await nix(signal);
    if (!installation.ok) return installation;
    const url = store === undefined ? ok(undefined) : urls.at(store);
    if (!url.ok) return url;
    const asked = closures.get(path) ?? closureOf(installation.value, path, signal, url.value);
    closures.set(path, asked);
    const answer = await asked;
    if (!answer.ok) closures.delete(path);
    return answer;
  };
  const filesOf = (store: OtherStore) => otherStoreFiles(nix, urls, store);
  const keyFile = chosenKeyFile(settings);
  const signerFor = (installation: NixInstallation): Signer | undefined =>
    keyFile === undefined ? undefined : signer(installation, settings.cacheDir, keyFile);
  return {
    source: async (signal) => {
      const installation = await nix(signal);
      return installation.ok ? fleetSource(installation.value, settings, signal) : installation;
    },
    updateInputs: async (request) => {
      const installation = await nix(request.signal);
      return installation.ok ? updateInputs(installation.value, settings, request) : installation;
    },
    keepLock: (lock) => keepLock(settings, lock),
    evaluate: async (request) => {
      const installation = await nix(request.signal);
      return installation.ok ? evaluateFleet(installation.value, settings, request) : installation;
    },
    build: async (hosts, options) => {
      const installation = await nix(options.signal);
      if (!installation.ok) return new Map(hosts.map(({ host }) => [host, err({ ...installation.error, host })]));
      const { at } = options;
      if (at === undefined || hosts.length === 0) return buildHosts(installation.value, hosts, builds, options);
      const elsewhere = { signer: signerFor(installation.value), files: filesOf(at) };
      return buildElsewhere(installation.value, hosts, elsewhere, { ...options, at });
    },
    buildsHere: (system, signal) => {
      const asked = systems.get(system) ?? buildsHere(nix, system, signal);
      systems.set(system, asked);
      return asked;
    },
    closure,
    present: async (paths, signal, store) => {
      const installation = await nix(signal);
      if (!installation.ok) return installation;
      const url = store === undefined ? ok(undefined) : urls.at(store);
      return url.ok ? presentPaths(installation.value, paths, url.value, signal) : url;
    },
    describe: async (hosts, store) => {
      const files = filesOf(store);
      return new Map(await Promise.all(hosts.map(async (host) => [host.host, await builtHost(host, files)] as const)));
    },
    signedBy: async (path, store, signal) => {
      const installation = await nix(signal);
      if (!installation.ok) return installation;
      const url = urls.at(store);
      return url.ok ? signaturesOf(installation.value, path, signal, url.value) : url;
    },
    keepManifest: (closure) => keepManifest(settings.cacheDir, closure),
    filesOf,
    realise: async (request) => {
      const installation = await nix(request.signal);
      if (!installation.ok) return installation;
      return realiseElsewhere(installation.value, request, signerFor(installation.value));
    },
    push: async (request) => {
      const installation = await nix(request.signal);
      if (!installation.ok) return installation;
      return pushClosures(installation.value, request, { signer: signerFor(installation.value), urls });
    },
    fetch: async (request) => {
      const installation = await nix(request.signal);
      if (!installation.ok) return installation;
      return fetchClosures(installation.value, request, { signer: signerFor(installation.value), urls });
    },
    declaredSecrets: secretDeclarations(settings),
    sign: async (paths, signal) => {
      if (keyFile === undefined || paths.length === 0) return ok(undefined);
      const installation = await nix(signal);
      return installation.ok
        ? signer(installation.value, settings.cacheDir, keyFile).sign(paths, signal)
        : installation;
    },
    copy: async (request) => {
      const installation = await nix(request.signal);
      if (!installation.ok) return installation;
      return copyClosures(installation.value, request, {
        signer: signerFor(installation.value),
        urls,
        closure: async (path, from) => {
          const known = await closure(path, request.signal, from);
          return known.ok ? known.value.map((part) => part.path as StorePath) : [path];
        },
      });
    },
    lendSignatures: async (request) => {
      const installation = await nix(request.signal);
      if (!installation.ok) return installation;
      return lendSignatures(installation.value, request, signerFor(installation.value));
    },
    addRoot: async (name, paths, signal) => {
      if (paths.length === 0) return ok(undefined);
      const installation = await nix(signal);
      return installation.ok ? addRoot(installation.value, roots, name, paths, signal) : installation;
    },
    removeRoot: (name) => removeRoot(roots, name),
    probeTrust: async (request) => {
      const installation = await nix(request.signal);
      if (!installation.ok) return installation;
      prober ??= createTrustProber(installation.value, signerFor(installation.value));
      return prober(request);
    },
    link: async (link, path, signal) => {
      const installation = await nix(signal);
      return installation.ok ? linkTo(installation.value, link, path, signal) : installation;
    },
  };
}
