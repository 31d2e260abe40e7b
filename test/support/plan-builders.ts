/** Builders for the planner's inputs: a healthy Ubuntu host with what each test wants to be different. */

import type { BootId, Generation, HostName, StorePath } from "../../src/domain/ids.ts";
import type { Base } from "../../src/domain/inventory/resolved.ts";
import type { ManagedFile, ManagedUnit, Manifest } from "../../src/domain/manifest/manifest.ts";
import type { ManagedSecret } from "../../src/domain/manifest/secrets.ts";
import type { HostFacts, OwnedFile, OwnedUnit } from "../../src/domain/observation/facts.ts";
import { ok } from "../../src/domain/outcome/result.ts";
import type { DesiredHost, HostInput, PlanRequest } from "../../src/domain/plan/host-input.ts";

export const host = (name: string): HostName => name as HostName;

/** A store path that differs by its letter. */
export const store = (letter: string, name: string): StorePath =>
  `/nix/store/${letter.repeat(32)}-${name}` as StorePath;

/** A sha256 that differs by its letter. */
export const sha = (letter: string): string => letter.repeat(64);

export function manifest(over: Partial<Manifest> = {}): Manifest {
  return {
    format: 1,
    host: "web-1",
    base: "ubuntu",
    system: "x86_64-linux",
    files: [],
    directories: [],
    units: [],
    users: [],
    groups: [],
    packages: [],
    secrets: [],
    healthChecks: [],
    ...over,
  };
}

export const managedFile = (path: string, over: Partial<ManagedFile> = {}): ManagedFile => ({
  path,
  mode: "0644",
  owner: "root",
  group: "root",
  sha256: sha("a"),
  source: `${store("f", "closure")}${path}`,
  adopt: false,
  restartUnits: [],
  reloadUnits: [],
  ...over,
});

export const managedUnit = (name: string, over: Partial<ManagedUnit> = {}): ManagedUnit => ({
  name,
  sha256: sha("a"),
  source: `${store("f", "closure")}/units/${name}`,
  enabled: true,
  onChange: "restart",
  ...over,
});

export const managedSecret = (name: string, over: Partial<ManagedSecret> = {}): ManagedSecret => ({
  name,
  source: { kind: "age", file: `secrets/test/${name}.age`, sha256: sha("a") },
  path: `/run/nixfleet-secrets/${name}`,
  mode: "0400",
  owner: "root",
  group: "root",
  restartUnits: [],
  reloadUnits: [],
  phase: "services",
  persist: "root-only",
  ...over,
});

export const ownedFile = (path: string, over: Partial<OwnedFile> = {}): OwnedFile => ({
  path,
  recordedSha256: sha("a"),
  currentSha256: sha("a"),
  recordedMode: "0644 root root",
  currentMode: "0644 root root",
  ...over,
});

export const ownedUnit = (name: string, over: Partial<OwnedUnit> = {}): OwnedUnit => ({
  name,
  recordedSha256: sha("a"),
  currentSha256: sha("a"),
  recordedEnabled: true,
  active: "active",
  enabled: "enabled",
  ...over,
});

const GIB = 1024 ** 3;
const bootId = "11111111-2222-3333-4444-555555555555" as BootId;

/** A host that runs generation 1, committed, untouched. */
export function facts(over: Partial<HostFacts> = {}): HostFacts {
  return {
    hostname: "web-1",
    bootId,
    kernel: "6.8.0-40-generic",
    system: "x86_64-linux",
    time: 1_800_000_000,
    os: { id: "ubuntu", version: "24.04", codename: "noble", pretty: "Ubuntu 24.04.1 LTS" },
    live: store("1", "web"),
    committed: store("1", "web"),
    booted: store("1", "web"),
    generation: 1 as Generation,
    generations: [],
    staged: null,
    state: null,
    files: [],
    units: [],
    secrets: [],
    filesDigest: "digest-1",
    failedUnits: { kind: "known", value: [] },
    disk: [
      { mount: "/nix", freeBytes: 20 * GIB, freeInodes: 1_000_000, totalBytes: 40 * GIB },
      { mount: "/var", freeBytes: 10 * GIB, freeInodes: 1_000_000, totalBytes: 40 * GIB },
    ],
    reboot: { needed: "no", reasons: [] },
    nixVersion: { kind: "known", value: "2.26.3" },
    nixDaemon: "active",
    lock: null,
    activation: null,
    interrupted: null,
    lastRun: null,
    ...over,
  };
}

/** Before the first apply. */
export const freshFacts = (over: Partial<HostFacts> = {}): HostFacts =>
  facts({ live: null, committed: null, booted: null, generation: 0 as Generation, ...over });

export const closure = (of: Manifest, system: StorePath = store("2", "web")): DesiredHost => ({
  kind: "closure",
  system,
  manifest: of,
});

export function hostInput(name: string, over: Partial<Omit<HostInput, "host">> & { base?: Base } = {}): HostInput {
  const { base = "ubuntu", ...rest } = over;
  return {
    host: { name: host(name), base },
    observed: ok(facts()),
    desired: ok(closure(manifest())),
    current: manifest(),
    found: new Map(),
    contents: new Map(),
    ...rest,
  };
}

export function planRequest(hosts: readonly HostInput[], over: Partial<PlanRequest> = {}): PlanRequest {
  return {
    verb: "apply",
    createdAt: "2027-01-15T08:00:00.000Z",
    toolVersion: "0.1.0",
    inputs: {
      flake: "git+file:///srv/fleet?rev=1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b",
      revision: "1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b",
      dirty: false,
      inventoryDigest: sha("d"),
      selection: ["--group", "web"],
    },
    maxParallel: 10,
    hosts,
    ...over,
  };
}
