import { describe, expect, test } from "vitest";
import type { Generation, HostName } from "../../../src/domain/ids.ts";
import type { HostFacts } from "../../../src/domain/observation/facts.ts";
import { type Failure, failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok } from "../../../src/domain/outcome/result.ts";
import { assemble } from "../../../src/domain/plan/assemble.ts";
import type { HostInput } from "../../../src/domain/plan/host-input.ts";
import type { PlanHost } from "../../../src/domain/plan/plan.ts";
import { verifyPlan } from "../../../src/domain/plan/verify.ts";
import {
  closure,
  facts,
  freshFacts,
  hostInput,
  managedFile,
  managedUnit,
  manifest,
  ownedFile,
  ownedUnit,
  planRequest,
  sha,
  store,
} from "../../support/plan-builders.ts";

/** The plan of one host; every plan that a test makes passes the check apart from the planner. */
function planOf(input: Partial<Omit<HostInput, "host">>): PlanHost {
  const plan = assemble(planRequest([hostInput("web-1", input)]));
  expect(verifyPlan(plan)).toEqual([]);
  return plan.hosts[0] as PlanHost;
}

const observing = (over: Partial<HostFacts>) => ({ observed: ok(facts(over)) });
const wanting = (over: Parameters<typeof manifest>[0], system = store("2", "web")) => ({
  desired: ok(closure(manifest(over), system)),
});
/** The closure that is live already. */
const same = store("1", "web");

describe("a host", () => {
  test("that runs the wanted closure, untouched, has nothing to do", () => {
    const plan = planOf({
      ...observing({ files: [ownedFile("/etc/motd")], units: [ownedUnit("app.service")] }),
      ...wanting({ files: [managedFile("/etc/motd")], units: [managedUnit("app.service")] }, same),
    });
    expect(plan).toMatchObject({ action: "none", reason: "up to date", steps: [], files: [], units: [] });
  });

  test("with another closure gets it copied and activated, expecting to find what was seen", () => {
    const plan = planOf({});
    const expect_ = { system: same, generation: 1, files: "digest-1" };
    expect(plan.action).toBe("change");
    expect(plan.steps).toEqual([
      { id: "web-1/copy", kind: "copy", needs: [], expect: expect_, system: store("2", "web") },
      {
        id: "web-1/activate",
        kind: "activate",
        needs: ["web-1/copy"],
        expect: expect_,
        system: store("2", "web"),
        reversible: true,
        confirmMs: 60_000,
      },
    ]);
  });

  test("says so when its closure changes and nothing that it manages does", () => {
    expect(planOf({}).notes).toEqual([
      "the closure changes, but no file, unit, package, account or directory of it does",
    ]);
  });

  test("whose closure is there already, as in a rollback, is activated without a copy", () => {
    const desired = { kind: "closure", system: store("2", "web"), manifest: manifest(), present: true } as const;
    expect(planOf({ desired: ok(desired) }).steps.map((step) => step.kind)).toEqual(["activate"]);
  });

  test("that was never applied to says so", () => {
    const plan = planOf({ observed: ok(freshFacts()), current: null, ...wanting({}) });
    expect(plan.from).toMatchObject({ system: null, generation: 0 });
    expect(plan.notes).toContain("first apply on this host");
  });

  test("after a reboot, when the link to the live closure is gone, still runs the committed one", () => {
    expect(planOf({ ...observing({ live: null }), ...wanting({}, same) }).action).toBe("none");
  });

  test("whose live closure was never committed is activated again", () => {
    const plan = planOf({ ...observing({ committed: store("0", "web") }), ...wanting({}, same) });
    expect(plan.action).toBe("change");
    expect(plan.notes).toEqual(["what is live was never committed: an earlier activation did not end"]);
  });

  test("whose last activation was cut short is activated again, even where nothing else differs", () => {
    const plan = planOf({ ...observing({ interrupted: "01JRUN" }), ...wanting({}, same) });
    expect(plan.action).toBe("change");
    expect(plan.notes).toEqual(["finishes an activation that was cut short (run 01JRUN)"]);
  });

  test("whose live manifest cannot be read gets no package list, and says why", () => {
    const packages = [{ name: "jq", version: "1.7", path: store("3", "jq-1.7") }];
    const plan = planOf({ current: null, ...wanting({ packages }) });
    expect(plan.packages).toEqual([]);
    expect(plan.notes.join()).toMatch(/no readable manifest/);
  });
});

describe("files", () => {
  const found = (path: string, over = {}) =>
    new Map([[path, { kind: "file" as const, mode: "0644 root root", sha256: sha("c"), ...over }]]);
  const absent = new Map([["/etc/motd", { kind: "absent" as const }]]);

  test.each([
    ["new ones are added", [], [managedFile("/etc/motd")], [{ path: "/etc/motd", change: "add" }]],
    [
      "with other content are modified",
      [ownedFile("/etc/motd")],
      [managedFile("/etc/motd", { sha256: sha("b") })],
      [{ path: "/etc/motd", change: "modify" }],
    ],
    [
      "with another mode only say so",
      [ownedFile("/etc/motd")],
      [managedFile("/etc/motd", { mode: "0640", group: "adm" })],
      [{ path: "/etc/motd", change: "modify", mode: { from: "0644 root root", to: "0640 root adm" } }],
    ],
    ["no longer wanted are removed", [ownedFile("/etc/motd")], [], [{ path: "/etc/motd", change: "remove" }]],
    [
      "edited on the host are restored",
      [ownedFile("/etc/motd", { currentSha256: sha("e") })],
      [managedFile("/etc/motd")],
      [{ path: "/etc/motd", change: "modify", drift: "edited" }],
    ],
    [
      "deleted on the host are put back",
      [ownedFile("/etc/motd", { currentSha256: "missing", currentMode: "" })],
      [managedFile("/etc/motd")],
      [{ path: "/etc/motd", change: "add", drift: "missing" }],
    ],
    [
      "with a changed owner on the host get the old one back",
      [ownedFile("/etc/motd", { currentMode: "0666 nobody root" })],
      [managedFile("/etc/motd")],
      [
        {
          path: "/etc/motd",
          change: "modify",
          drift: "mode",
          mode: { from: "0666 nobody root", to: "0644 root root" },
        },
      ],
    ],
    [
      "edited by hand to what is wanted now are left alone",
      [ownedFile("/etc/motd", { currentSha256: sha("b") })],
      [managedFile("/etc/motd", { sha256: sha("b") })],
      [],
    ],
    [
      "edited and no longer wanted are removed, and said to be edited",
      [ownedFile("/etc/motd", { currentSha256: sha("e") })],
      [],
      [{ path: "/etc/motd", change: "remove", drift: "edited" }],
    ],
  ])("%s", (_title, files, wanted, changes) => {
    expect(planOf({ ...observing({ files }), ...wanting({ files: wanted }), found: absent }).files).toEqual(changes);
  });

  test("that drifted are a change although the closure is the same", () => {
    const files = [ownedFile("/etc/motd", { currentSha256: sha("e") })];
    const plan = planOf({ ...observing({ files }), ...wanting({ files: [managedFile("/etc/motd")] }, same) });
    expect(plan.steps.map((step) => step.kind)).toEqual(["activate"]);
  });

  test("that exist and are not ours hold the host", () => {
    const plan = planOf({ ...wanting({ files: [managedFile("/etc/motd")] }), found: found("/etc/motd") });
    expect(plan).toMatchObject({
      action: "held",
      code: "plan/conflict",
      conflicts: [{ path: "/etc/motd", found: "a file, 0644 root root" }],
      steps: [],
    });
    expect(plan.error?.next).toMatch(/adopt = true/);
  });

  test("that exist and are to be adopted are taken over, with the old content as the diff's left side", () => {
    const plan = planOf({
      ...wanting({ files: [managedFile("/etc/motd", { adopt: true, mode: "0600" })] }),
      found: found("/etc/motd"),
      contents: new Map([["/etc/motd", { kind: "text", old: "theirs\n", new: "ours\n" }]]),
    });
    expect(plan.files).toEqual([
      {
        path: "/etc/motd",
        change: "modify",
        diff: "@@ -1,1 +1,1 @@\n-theirs\n+ours\n",
        adopts: true,
        mode: { from: "0644 root root", to: "0600 root root" },
      },
    ]);
  });

  test("that exist just as they are wanted are taken on", () => {
    const same_ = found("/etc/motd", { sha256: sha("a") });
    const plan = planOf({ ...wanting({ files: [managedFile("/etc/motd")] }), found: same_ });
    expect(plan.files).toEqual([{ path: "/etc/motd", change: "modify", adopts: true }]);
  });

  test("that exist with the wanted content and another owner are not ours", () => {
    const other = found("/etc/motd", { sha256: sha("a"), mode: "0644 bob bob" });
    expect(planOf({ ...wanting({ files: [managedFile("/etc/motd")] }), found: other }).code).toBe("plan/conflict");
  });

  test("of ours that somebody replaced by a directory hold the host", () => {
    const plan = planOf({
      ...observing({ files: [ownedFile("/etc/motd", { currentSha256: "other" })] }),
      ...wanting({ files: [managedFile("/etc/motd")] }),
      found: found("/etc/motd", { kind: "directory", mode: "0755 root root" }),
    });
    expect(plan.conflicts).toEqual([{ path: "/etc/motd", found: "a directory, 0755 root root" }]);
  });

  test("of units that somebody masked hold the host", () => {
    const plan = planOf({
      ...observing({ units: [ownedUnit("app.service", { enabled: "masked", currentSha256: "other" })] }),
      ...wanting({ units: [managedUnit("app.service")] }),
    });
    expect(plan.conflicts).toEqual([{ path: "/etc/systemd/system/app.service", found: "the unit was masked by hand" }]);
  });

  test.each(["directory", "other"] as const)("cannot adopt a %s", (kind) => {
    const files = [managedFile("/etc/motd", { adopt: true })];
    expect(planOf({ ...wanting({ files }), found: found("/etc/motd", { kind }) }).code).toBe("plan/conflict");
  });

  test("at a path that nobody looked at hold the host", () => {
    expect(planOf(wanting({ files: [managedFile("/etc/motd")] })).code).toBe("plan/conflict");
  });

  test("of units are files as well, and conflict as files do", () => {
    const path = "/etc/systemd/system/app.service";
    const plan = planOf({ ...wanting({ units: [managedUnit("app.service")] }), found: found(path) });
    expect(plan.conflicts.map((conflict) => conflict.path)).toEqual([path]);
  });

  test.each(["hidden", "binary", "large"] as const)("with %s content come without a diff and say so", (kind) => {
    const plan = planOf({
      ...observing({ files: [ownedFile("/etc/motd")] }),
      ...wanting({ files: [managedFile("/etc/motd", { sha256: sha("b") })] }),
      contents: new Map([["/etc/motd", { kind }]]),
    });
    expect(plan.files).toEqual([{ path: "/etc/motd", change: "modify", withheld: kind }]);
  });
});

describe("packages, accounts and directories", () => {
  test("come from comparing the manifests", () => {
    const user = {
      name: "app",
      uid: 991,
      group: "app",
      extraGroups: [],
      home: "/var/lib/app",
      createHome: true,
      shell: "/bin/sh",
      system: true,
      description: "",
    };
    const dir = { path: "/var/lib/app", mode: "0750", owner: "app", group: "app" };
    const nginx = (version: string, letter: string) => ({
      name: "nginx",
      version,
      path: store(letter, `nginx-${version}`),
    });
    const plan = planOf({
      current: manifest({
        packages: [nginx("1.28.0", "3"), { name: "htop", version: "3.3", path: store("4", "htop-3.3") }],
        users: [user],
        groups: [{ name: "old", gid: null, system: true }],
        directories: [dir],
      }),
      ...wanting({
        packages: [nginx("1.28.1", "5"), { name: "jq", version: "", path: store("6", "jq") }],
        users: [{ ...user, shell: "/bin/bash", extraGroups: ["adm", "www"] }],
        groups: [{ name: "app", gid: 991, system: true }],
        directories: [{ ...dir, mode: "0700" }],
      }),
    });
    expect(plan.packages).toEqual([
      { name: "htop", from: "3.3", to: null },
      { name: "jq", from: null, to: "" },
      { name: "nginx", from: "1.28.0", to: "1.28.1" },
    ]);
    expect(plan.users).toEqual([
      { name: "app", kind: "group", change: "add" },
      { name: "old", kind: "group", change: "remove" },
      {
        name: "app",
        kind: "user",
        change: "modify",
        because: "extraGroups none -> adm www, shell /bin/sh -> /bin/bash",
      },
    ]);
    expect(plan.directories).toEqual([
      { path: "/var/lib/app", change: "modify", mode: { from: "0750 app app", to: "0700 app app" } },
    ]);
  });
});

describe("removal", () => {
  const removing = (over: Partial<HostFacts>) =>
    assemble(
      planRequest([hostInput("web-1", { ...observing(over), desired: ok({ kind: "empty" }) })], { verb: "remove" }),
    );

  test("takes files and units away and ends at the empty closure", () => {
    const plan = removing({ files: [ownedFile("/etc/motd")], units: [ownedUnit("app.service")] });
    expect(verifyPlan(plan)).toEqual([]);
    expect(plan.hosts[0]).toMatchObject({ action: "change", to: { system: null } });
    expect(plan.hosts[0]?.steps.map((step) => step.kind)).toEqual(["remove"]);
    expect(plan.hosts[0]?.units.map((unit) => unit.action)).toEqual(["stop", "disable"]);
  });

  test("of what was never applied is nothing to do", () => {
    expect(removing({ live: null, committed: null, generation: 0 as Generation }).hosts[0]?.action).toBe("none");
  });
});

describe("what stands in the way", () => {
  const lock = { run: "01J", owner: "ann@ci", reason: "apply", acquiredAt: 1_800_000_000, expiresAt: 1_800_000_600 };
  const GIB = 1024 ** 3;
  const disk = (mount: string, freeBytes: number, freeInodes = 1_000_000) => [
    { mount, freeBytes, freeInodes, totalBytes: 40 * GIB },
  ];

  test.each<[string, Partial<HostFacts>, PlanHost["action"], string]>([
    ["a lock of another run", { lock: { ...lock, expired: false } }, "held", "plan/locked"],
    ["an activation that is going on", { activation: "01J" }, "held", "plan/activation-running"],
    ["a missing Nix", { nixDaemon: "missing", nixVersion: { kind: "absent" } }, "failed", "plan/nix-missing"],
    ["a stopped Nix daemon", { nixDaemon: "inactive" }, "failed", "plan/nix-daemon-down"],
    ["a full store", { disk: disk("/nix", 1024) }, "failed", "plan/no-space"],
    ["a full /var", { disk: disk("/var", 1024) }, "failed", "plan/no-space"],
    ["no inodes", { disk: disk("/nix", 10 * GIB, 12) }, "failed", "plan/no-space"],
  ])("%s", (_title, over, action, code) => {
    expect(planOf(observing(over))).toMatchObject({ action, code, steps: [] });
  });

  test.each<[string, Partial<HostFacts>]>([
    ["an expired lock", { lock: { ...lock, expired: true } }],
    ["a Nix daemon that its socket starts", { nixDaemon: "socket" }],
    ["a file system without a table of inodes", { disk: disk("/nix", 10 * GIB, 0) }],
  ])("%s does not", (_title, over) => {
    expect(planOf(observing(over)).action).toBe("change");
  });

  test("is too little space for the bytes to copy", () => {
    const plan = planOf({
      ...observing({ disk: disk("/nix", GIB) }),
      closure: { packages: [], rebuilt: 0, bytes: { from: 0, to: 2 * GIB }, copy: { paths: 1, bytes: 2 * GIB } },
    });
    expect(plan.error).toMatchObject({ code: "plan/no-space", expected: "2112 MiB free", found: "1024 MiB free" });
  });

  test("does not matter to a host with nothing to do, except a lock", () => {
    const idle = wanting({}, same);
    expect(planOf({ ...observing({ nixDaemon: "inactive" }), ...idle }).action).toBe("none");
    expect(planOf({ ...observing({ lock: { ...lock, expired: false } }), ...idle }).action).toBe("held");
  });

  const failing = (code: Failure["code"]) =>
    err(failure(code, "it went wrong", { next: "do this", host: "web-1" as HostName }));

  test("contact lost makes the host unreachable, with the whole failure kept", () => {
    const plan = planOf({ observed: failing("transport/refused") });
    expect(plan).toMatchObject({ action: "unreachable", code: "transport/refused", from: null, to: null });
    expect(plan.error).toEqual({ code: "transport/refused", what: "it went wrong", next: "do this" });
  });

  test("a changed host key is a failure, not mere absence", () => {
    expect(planOf({ observed: failing("transport/host-key-changed") }).action).toBe("failed");
  });

  test("a closure that does not build fails its host alone", () => {
    const bad = hostInput("web-1", { desired: failing("nix/build-failed") });
    const plan = assemble(planRequest([bad, hostInput("web-2")]));
    expect(plan.hosts.map((host) => host.action)).toEqual(["failed", "change"]);
    expect(plan.rollout.order).toEqual(["web-2"]);
    expect(plan.summary).toEqual({ change: 1, none: 0, unreachable: 0, held: 0, failed: 1 });
  });
});
