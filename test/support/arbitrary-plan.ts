/** Random planner inputs: hosts in every condition, with names and texts as hostile as a host could report them. */
import fc from "fast-check";
import type { Generation, HostName, StorePath } from "../../src/domain/ids.ts";
import { failure } from "../../src/domain/outcome/failure.ts";
import { err, ok } from "../../src/domain/outcome/result.ts";
import type { DesiredHost, HostInput, PlanRequest } from "../../src/domain/plan/host-input.ts";
import {
  facts,
  host,
  hostInput,
  managedFile,
  managedUnit,
  manifest,
  ownedFile,
  ownedUnit,
  planRequest,
  sha,
  store,
} from "./plan-builders.ts";

/** Text with escape sequences, line breaks and direction marks in it. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        "\u001b[2J",
        "\u001b]0;x\u0007",
        "\n",
        "\r",
        "\u202e",
        "\u2066",
        "\u009b31m",
        "\u2028",
        "\b",
        "\u0000",
        "\ud800",
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

const hash = fc.constantFrom("a", "b", "c").map(sha);
const mode = fc.constantFrom("0644 root root", "0600 app app");
const path = fc.constantFrom("/etc/a", "/etc/b", "/etc/c", "/etc/d/e");
const unitName = fc.constantFrom("a.service", "b.service", "c@.service", "d.timer");

const file = fc.record({
  path,
  sha256: hash,
  adopt: fc.boolean(),
  restartUnits: fc.subarray(["a.service", "ssh.service"]),
});
const unit = fc.record({
  name: unitName,
  sha256: hash,
  enabled: fc.boolean(),
  onChange: fc.constantFrom("restart", "reload", "none"),
});
const pkg = fc.record({
  name: fc.constantFrom("jq", "nginx", "git"),
  version: hostileText,
  path: fc.constantFrom("3", "4").map((l) => store(l, "p")),
});

const manifests = fc
  .record({
    files: fc.uniqueArray(file, { selector: (f) => f.path }),
    units: fc.uniqueArray(unit, { selector: (u) => u.name }),
    packages: fc.uniqueArray(pkg, { selector: (p) => p.name }),
  })
  .map(({ files, units, packages }) =>
    manifest({
      files: files.map(({ path: at, ...over }) => managedFile(at, over)),
      units: units.map(({ name, ...over }) => managedUnit(name, over as never)),
      packages,
    }),
  );

const ownedFiles = fc
  .uniqueArray(
    fc.record({
      path,
      recordedSha256: hash,
      currentSha256: fc.oneof(hash, fc.constant("missing")),
      recordedMode: mode,
      currentMode: mode,
    }),
    { selector: (f) => f.path },
  )
  .map((files) => files.map(({ path: at, ...over }) => ownedFile(at, over)));

const ownedUnits = fc
  .uniqueArray(
    fc.record({
      name: unitName,
      recordedSha256: hash,
      currentSha256: fc.oneof(hash, fc.constant("missing")),
      recordedEnabled: fc.boolean(),
      active: fc.constantFrom("active", "inactive", "failed", "activating"),
      enabled: fc.constantFrom("enabled", "disabled", "static", "masked"),
    }),
    { selector: (u) => u.name },
  )
  .map((units) => units.map(({ name, ...over }) => ownedUnit(name, over)));

const system: fc.Arbitrary<StorePath> = fc.constantFrom("1", "2").map((letter) => store(letter, "web"));

const anyFacts = fc
  .record({
    live: fc.option(system),
    committed: fc.option(system),
    generation: fc.nat({ max: 50 }).map((number) => number as Generation),
    files: ownedFiles,
    units: ownedUnits,
    filesDigest: fc.string(),
    reboot: fc.record({
      needed: fc.constantFrom("yes", "no", "unknown"),
      reasons: fc.array(hostileText, { maxLength: 2 }),
    }),
    nixDaemon: fc.constantFrom("active", "socket", "inactive", "missing"),
    activation: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant("01J") }),
    lock: fc.option(
      fc.record({
        run: fc.string(),
        owner: hostileText,
        reason: hostileText,
        acquiredAt: fc.constant(1_800_000_000),
        expiresAt: fc.constant(1_800_000_600),
        expired: fc.boolean(),
      }),
    ),
  })
  .map((over) => facts(over as never));

const anyFailure = fc
  .record({
    code: fc.constantFrom("transport/refused", "nix/build-failed", "plan/no-space"),
    what: hostileText,
    detail: hostileText,
  })
  .map(({ code, ...rest }) => failure(code as never, rest.what, { detail: rest.detail }));

const desired: fc.Arbitrary<DesiredHost> = fc.oneof(
  fc
    .record({ system, manifest: manifests, present: fc.boolean() })
    .map((rest): DesiredHost => ({ kind: "closure", ...rest })),
);

const content = fc.oneof(
  fc.record({ kind: fc.constant("text" as const), old: hostileText, new: hostileText }),
  fc.constantFrom({ kind: "hidden" as const }, { kind: "binary" as const }, { kind: "large" as const }),
);

const found = fc.record({
  kind: fc.constantFrom("absent", "file", "directory", "symlink", "other"),
  mode,
  sha256: hash,
});

const pathMap = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<ReadonlyMap<string, T>> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          path,
          unitName.map((name) => `/etc/systemd/system/${name}`),
        ),
        value,
      ),
      { maxLength: 6 },
    )
    .map((entries) => new Map(entries));

const anyHost = (name: HostName): fc.Arbitrary<HostInput> =>
  fc
    .record({
      observed: fc.oneof({ weight: 5, arbitrary: anyFacts.map(ok) }, { weight: 1, arbitrary: anyFailure.map(err) }),
      desired: fc.oneof({ weight: 5, arbitrary: desired.map(ok) }, { weight: 1, arbitrary: anyFailure.map(err) }),
      current: fc.option(manifests),
      found: pathMap(found),
      contents: pathMap(content),
    })
    .map((over) => hostInput(name, over as never));

export const anyRequest: fc.Arbitrary<PlanRequest> = fc
  .uniqueArray(fc.stringMatching(/^(web|db)-[0-9]{1,2}$/), { maxLength: 8 })
  .chain((names) => fc.tuple(...names.map((name) => anyHost(host(name)))))
  .map((hosts) => planRequest(hosts));

/** The rollback form of a request also meets hosts that go back to nothing. */
export const anyRollback: fc.Arbitrary<PlanRequest> = fc
  .tuple(anyRequest, fc.infiniteStream(fc.boolean()))
  .map(([request, toNothing]) => ({
    ...request,
    verb: "rollback",
    hosts: request.hosts.map((input) =>
      toNothing.next().value ? { ...input, desired: ok({ kind: "empty" as const }) } : input,
    ),
  }));
