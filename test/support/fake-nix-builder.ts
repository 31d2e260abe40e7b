/** A builder in memory that keeps the contract of the real one (test/contract/nix-builder.test.ts), for tests above it. */
import { createHash } from "node:crypto";
import { type HostName, parseStorePath, type StorePath } from "../../src/domain/ids.ts";
import type { Manifest } from "../../src/domain/manifest/manifest.ts";
import { failure } from "../../src/domain/outcome/failure.ts";
import { err, ok, type Result } from "../../src/domain/outcome/result.ts";
import type {
  BuildOptions,
  BuiltHost,
  CopyRequest,
  EvaluatedHost,
  EvaluateRequest,
  NixBuilder,
} from "../../src/ports/nix-builder.ts";

/** What becomes of a host: a closure with this manifest, or trouble at one of the stages. */
export type FakeHost =
  | { readonly manifest: Manifest; readonly warnings?: readonly string[] }
  | { readonly trouble: "evaluation" | "build" };

export interface FakeNixBuilder extends NixBuilder {
  /** The fleet; a test may change it between calls. */
  readonly fleet: Map<HostName, FakeHost>;
  readonly signed: Set<StorePath>;
  /** Paths that each host has, by name. */
  readonly copied: Map<HostName, Set<StorePath>>;
  readonly roots: Map<string, readonly StorePath[]>;
}

export function fakeNixBuilder(hosts: Iterable<readonly [HostName, FakeHost]>): FakeNixBuilder {
  const fleet = new Map(hosts);
  const signed = new Set<StorePath>();
  const copied = new Map<HostName, Set<StorePath>>();
  const roots = new Map<string, readonly StorePath[]>();
  return {
    fleet,
    signed,
    copied,
    roots,
    source: async (signal) =>
      signal.aborted
        ? err(interrupted())
        : ok({
            reference: "git+file:///fleet?rev=0000000000000000000000000000000000000000",
            input: { type: "git", url: "file:///fleet", rev: "0".repeat(40) },
            overrides: [],
            revision: "0".repeat(40),
            dirty: false,
            digest: digest(JSON.stringify([...fleet])),
            warnings: [],
          }),
    updateInputs: async ({ source }) => ok({ source, lock: { replaces: "", text: "", inputs: [] } }),
    keepLock: async () => ok(undefined),
    evaluate: async (request) => evaluate(fleet, request),
    build: async (evaluated, options) => {
      const built = evaluated.map((host) => [host, build(fleet.get(host.host), host, options)] as const);
      for (const [host, result] of built) if (result.ok) options.onBuilt?.(host);
      return new Map(built.map(([{ host }, result]) => [host, result]));
    },
    buildsHere: async (system) => ok(system === "x86_64-linux"),
    present: async () => ok(new Set()),
    describe: async () => new Map(),
    signedBy: async () => ok([]),
    keepManifest: async () => {},
    filesOf: () => ({ read: async () => undefined, target: async () => undefined }),
    realise: async () => ok("there"),
    push: async ({ paths, signal }) =>
      signal.aborted ? err(interrupted()) : ok({ copiedPaths: paths.length, copiedBytes: paths.length * 1000 }),
    fetch: async ({ paths }) => ok({ copiedPaths: paths.length, copiedBytes: paths.length * 1000 }),
    declaredSecrets: async () => ok(new Map()),
    closure: async (path) => ok([{ path, bytes: 1000 }]),
    lendSignatures: async () => ok(undefined),
    sign: async (paths, signal) => {
      if (signal.aborted) return err(interrupted());
      for (const path of paths) signed.add(path);
      return ok(undefined);
    },
    copy: async (request) => copy(signed, copied, request),
    addRoot: async (name, paths) => {
      roots.set(name, paths);
      return ok(undefined);
    },
    removeRoot: async (name) => {
      roots.delete(name);
      return ok(undefined);
    },
    probeTrust: async () => ok({ signed: "accepted", unsigned: "refused" }),
    link: async (link, path) => {
      roots.set(link, [path]);
      return ok(undefined);
    },
  };
}

const interrupted = () => failure("nix/interrupted", "nix was stopped");
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

function evaluate(
  fleet: ReadonlyMap<HostName, FakeHost>,
  { hosts, signal, onProgress }: EvaluateRequest,
): Result<ReadonlyMap<HostName, Result<EvaluatedHost>>> {
  if (signal.aborted) return err(interrupted());
  onProgress?.({ kind: "evaluate", text: "evaluated", done: hosts.length, expected: hosts.length });
  return ok(new Map(hosts.map((host) => [host, evaluateOne(host, fleet.get(host))])));
}

function evaluateOne(host: HostName, known: FakeHost | undefined): Result<EvaluatedHost> {
  if (known === undefined || ("trouble" in known && known.trouble === "evaluation")) {
    return err(failure("nix/evaluation-failed", "the option `nixfleet.fils' does not exist", { host }));
  }
  const hash = digest(JSON.stringify(known)).slice(0, 32).replaceAll("e", "z");
  const outPath = parseStorePath(`/nix/store/${hash}-closure-${host}`);
  if (outPath === undefined) throw new Error("not a store path");
  const warnings = "warnings" in known ? (known.warnings ?? []) : [];
  return ok({ host, outPath, drvPath: `${outPath}.drv`, system: "x86_64-linux", warnings });
}

function build(
  known: FakeHost | undefined,
  { host, outPath }: EvaluatedHost,
  options: BuildOptions,
): Result<BuiltHost> {
  if (options.signal.aborted) return err({ ...interrupted(), host });
  if (known !== undefined && "manifest" in known) return ok({ host, system: outPath, manifest: known.manifest });
  const what = `closure-${host} does not build: the builder failed with exit code 7`;
  return err(failure("nix/build-failed", what, { host, detail: "no such header", next: "See the whole log." }));
}

function copy(
  signed: ReadonlySet<StorePath>,
  copied: Map<HostName, Set<StorePath>>,
  { host, paths, socket, signal }: CopyRequest,
): Result<{ copiedPaths: number; copiedBytes: number }> {
  if (socket === undefined) return ok({ copiedPaths: 0, copiedBytes: 0 });
  if (signal.aborted) return err({ ...interrupted(), host });
  if (paths.some((path) => !signed.has(path))) {
    return err(failure("nix/unsigned-path", "the host refused a store path that no trusted key has signed", { host }));
  }
  const there = copied.get(host) ?? new Set();
  const missing = paths.filter((path) => !there.has(path));
  copied.set(host, new Set([...there, ...missing]));
  return ok({ copiedPaths: missing.length, copiedBytes: missing.length * 1000 });
}
