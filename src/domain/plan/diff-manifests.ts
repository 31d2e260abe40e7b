/** What lies between two closures of one host, in the words of a plan: as if an untouched host went from one to the other. */
import type { BootId, Generation, HostName, StorePath } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts } from "../observation/facts.ts";
import { ok } from "../outcome/result.ts";
import { type FileContent, fileContent } from "./file-content.ts";
import { memoizingDiffer } from "./file-diff.ts";
import { planHost } from "./host-plan.ts";
import { wantedFiles } from "./managed-files.ts";
import type { PlanHost } from "./plan.ts";
import { untouchedBy } from "./untouched.ts";

/** One side of the comparison; generation 0 has neither closure nor manifest. */
export interface Side {
  readonly system: StorePath | null;
  readonly manifest: Manifest | null;
}

/** Files of both sides whose content a diff needs: those that differ. */
export function differingSources(from: Manifest | null, to: Manifest | null): readonly StorePathOfFile[] {
  const [before, after] = [wantedFiles(from), wantedFiles(to)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path) => {
    const [old, next] = [before.get(path), after.get(path)];
    if (old?.sha256 === next?.sha256) return [];
    return [
      { path, ...(old === undefined ? {} : { old: old.source }), ...(next === undefined ? {} : { next: next.source }) },
    ];
  });
}

export interface StorePathOfFile {
  /** Where the file stands on the host. */
  readonly path: string;
  /** Where its content lies in the store, on either side. */
  readonly old?: string;
  readonly next?: string;
}

/** @param read content by store file; one that is missing is too large to be compared */
export function diffManifests(
  host: { readonly name: HostName; readonly base: Base },
  from: Side,
  to: Side,
  read: ReadonlyMap<string, Uint8Array>,
): PlanHost {
  const desired =
    to.system === null || to.manifest === null
      ? ({ kind: "empty" } as const)
      : ({ kind: "closure", system: to.system, manifest: to.manifest, present: true } as const);
  const planned = planHost(
    {
      host,
      observed: ok(untouched(host.name, from)),
      desired: ok(desired),
      current: from.manifest,
      found: new Map([...wantedFiles(to.manifest).keys()].map((path) => [path, { kind: "absent" }])),
      contents: contentsOf(differingSources(from.manifest, to.manifest), read),
    },
    memoizingDiffer(),
  );
  return { ...planned, from: null, steps: [], notes: planned.notes.filter((note) => !note.startsWith("first apply")) };
}

function contentsOf(
  files: readonly StorePathOfFile[],
  read: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, FileContent> {
  return new Map(
    files.map(({ path, old, next }): [string, FileContent] => {
      const [before, after] = [old, next].map((source) => (source === undefined ? undefined : read.get(source)));
      const missing = (old !== undefined && before === undefined) || (next !== undefined && after === undefined);
      if (missing) return [path, { kind: "large" }];
      return [
        path,
        fileContent({
          ...(before === undefined ? {} : { old: before }),
          ...(after === undefined ? {} : { new: after }),
        }),
      ];
    }),
  );
}

/** A host on which everything is as the closure left it. */
function untouched(hostname: string, { system, manifest }: Side): HostFacts {
  const generation = (system === null ? 0 : 1) as Generation;
  return {
    hostname,
    bootId: "00000000-0000-0000-0000-000000000000" as BootId,
    kernel: "",
    system: "",
    time: 0,
    os: { id: "", version: "", codename: "", pretty: "" },
    live: system,
    committed: system,
    booted: null,
    generation,
    generations: [],
    staged: null,
    state: null,
    ...untouchedBy(manifest),
    secrets: [],
    filesDigest: "",
    failedUnits: { kind: "known", value: [] },
    disk: [],
    reboot: { needed: "no", reasons: [] },
    nixVersion: { kind: "absent" },
    nixDaemon: "active",
    lock: null,
    activation: null,
    interrupted: null,
    lastRun: null,
  };
}
