/** A plan with one of everything, for the renderers: the example fleet on a busy day. */
import type { HostFacts } from "../../src/domain/observation/facts.ts";
import { failure } from "../../src/domain/outcome/failure.ts";
import { err, ok } from "../../src/domain/outcome/result.ts";
import { assemble } from "../../src/domain/plan/assemble.ts";
import { assembleRun } from "../../src/domain/plan/assemble-run.ts";
import type { HostInput } from "../../src/domain/plan/host-input.ts";
import type { Plan } from "../../src/domain/plan/plan.ts";
import {
  closure,
  facts,
  freshFacts,
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

const nginx = (version: string, letter: string) => ({
  name: "nginx",
  version,
  path: store(letter, `nginx-${version}`),
});
const git = (letter: string) => ({ name: "git", version: "2.47.1", path: store(letter, "git-2.47.1") });

const oldConf = "worker_processes 1;\n\nevents {\n  worker_connections 512;\n}\n";
const newConf = "worker_processes 4;\n\nevents {\n  worker_connections 2048;\n}\n";

const webUnits = [
  managedUnit("nginx.service"),
  managedUnit("myapp.service", { sha256: sha("b") }),
  managedUnit("myapp-clean.timer"),
];

const webNow: Partial<HostFacts> = {
  files: [
    ownedFile("/etc/nginx/nginx.conf"),
    ownedFile("/etc/myapp/config.json", { recordedMode: "0644 root root" }),
    ownedFile("/etc/cron.d/myapp-clean"),
  ],
  units: [ownedUnit("nginx.service"), ownedUnit("myapp.service")],
};

const webWanted = manifest({
  files: [
    managedFile("/etc/nginx/nginx.conf", { sha256: sha("b"), reloadUnits: ["nginx.service"] }),
    managedFile("/etc/myapp/config.json", { mode: "0640", group: "myapp", restartUnits: ["myapp.service"] }),
  ],
  units: webUnits,
  users: [
    {
      name: "myapp",
      uid: 991,
      group: "myapp",
      extraGroups: [],
      home: "/var/lib/myapp",
      createHome: true,
      shell: "/usr/sbin/nologin",
      system: true,
      description: "",
    },
  ],
  groups: [{ name: "myapp", gid: 991, system: true }],
  directories: [{ path: "/var/lib/myapp", mode: "0750", owner: "myapp", group: "myapp" }],
  packages: [nginx("1.28.1", "5"), { name: "jq", version: "1.7.1", path: store("6", "jq-1.7.1") }, git("8")],
});

const webContents: HostInput["contents"] = new Map([
  ["/etc/nginx/nginx.conf", { kind: "text", old: oldConf, new: newConf }],
  ["/etc/cron.d/myapp-clean", { kind: "text", old: "0 3 * * * root /usr/local/bin/clean\n" }],
  [
    "/etc/systemd/system/myapp.service",
    { kind: "text", old: "[Service]\nRestart=no\n", new: "[Service]\nRestart=always\n" },
  ],
  [
    "/etc/systemd/system/myapp-clean.timer",
    {
      kind: "text",
      new: "[Unit]\nDescription=Clean up\n\n[Timer]\nOnCalendar=03:00\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
    },
  ],
]);

const web = (name: string): HostInput =>
  hostInput(name, {
    observed: ok(facts(webNow)),
    desired: ok(closure(webWanted)),
    current: manifest({
      packages: [nginx("1.28.0", "3"), { name: "htop", version: "3.3.0", path: store("4", "htop-3.3.0") }, git("7")],
    }),
    found: new Map([["/etc/systemd/system/myapp-clean.timer", { kind: "absent" }]]),
    contents: webContents,
  });

const drifted = hostInput("db-1", {
  base: "debian",
  observed: ok(
    facts({
      files: [
        ownedFile("/etc/motd", { currentSha256: sha("e") }),
        ownedFile("/etc/issue", { currentSha256: "missing", currentMode: "" }),
        ownedFile("/etc/shared.key", { currentMode: "0666 root root" }),
      ],
      units: [ownedUnit("postgresql.service", { active: "inactive" })],
      reboot: { needed: "yes", reasons: ["kernel 6.8.0-45-generic is installed, 6.8.0-40-generic runs"] },
    }),
  ),
  desired: ok(
    closure(
      manifest({
        files: [managedFile("/etc/motd"), managedFile("/etc/issue"), managedFile("/etc/shared.key")],
        units: [managedUnit("postgresql.service")],
      }),
      store("1", "web"),
    ),
  ),
  contents: new Map([
    ["/etc/motd", { kind: "text", old: "Do not reboot, Bob\n", new: "Managed by NixFleet\n" }],
    ["/etc/issue", { kind: "text", new: "Debian\n" }],
  ]),
});

const inTheWay = (name: string): HostInput =>
  hostInput(name, {
    observed: ok(freshFacts()),
    current: null,
    desired: ok(closure(manifest({ files: [managedFile("/etc/motd"), managedFile("/etc/nginx/nginx.conf")] }))),
    found: new Map([
      ["/etc/motd", { kind: "file", mode: "0644 root root", sha256: sha("c") }],
      ["/etc/nginx/nginx.conf", { kind: "symlink", mode: "0777 root root" }],
    ]),
  });

const lost = (name: string): HostInput =>
  hostInput(name, {
    observed: err(
      failure("transport/refused", "the host refused the connection", {
        host: host(name),
        expected: "sshd on port 22",
        next: "check that the host is up and sshd listens",
      }),
    ),
  });

const broken = hostInput("gpu-1", {
  desired: err(
    failure("nix/build-failed", "the closure of gpu-1 does not build", {
      detail: "error: hash mismatch in fixed-output derivation\n  specified: sha256-AAAA\n       got: sha256-BBBB",
      next: "nix log /nix/store/…-driver.drv",
    }),
  ),
});

const idle = (name: string): HostInput => hostInput(name, { desired: ok(closure(manifest(), store("1", "web"))) });

export const examplePlan: Plan = assemble(
  planRequest([
    ...["web-1", "web-2", "web-3", "web-4", "web-5", "web-6"].map(web),
    drifted,
    ...["old-1", "old-2"].map(inTheWay),
    ...["edge-7", "edge-8", "edge-9"].map(lost),
    broken,
    ...["cache-1", "cache-2"].map(idle),
  ]),
);

export const idlePlan: Plan = assemble(planRequest(["web-1", "web-2"].map(idle)));

export const firstPlan: Plan = assemble(
  planRequest([
    hostInput("web-1", {
      observed: ok(freshFacts()),
      current: null,
      desired: ok(
        closure(manifest({ packages: [nginx("1.28.1", "5")], files: [managedFile("/etc/motd", { adopt: true })] })),
      ),
      found: new Map([["/etc/motd", { kind: "file", mode: "0644 root root", sha256: sha("c") }]]),
      contents: new Map([["/etc/motd", { kind: "text", old: "Welcome\n", new: "Managed by NixFleet\n" }]]),
    }),
  ]),
);

const welcoming = (name: string): HostInput =>
  hostInput(name, {
    observed: ok(freshFacts()),
    current: null,
    desired: ok(
      closure(
        manifest({
          packages: [nginx("1.28.1", "5")],
          files: [managedFile("/etc/motd", { adopt: true }), managedFile("/etc/site"), managedFile("/etc/zone")],
        }),
        store("4", name),
      ),
    ),
    found: new Map([
      ["/etc/motd", { kind: "file", mode: "0644 root root", sha256: sha("c") }],
      ["/etc/site", { kind: "absent" }],
      ["/etc/zone", { kind: "absent" }],
    ]),
    contents: new Map([
      ["/etc/motd", { kind: "text", old: "Welcome\n", new: `This is ${name}\n` }],
      ["/etc/site", { kind: "text", new: name === "web-3" ? "north\nfar\n" : "south\n" }],
      ["/etc/zone", { kind: "text", new: "a\nb\n" }],
    ]),
  });

/** One change on three hosts, with files that name the host. */
export const alikePlan: Plan = assemble(planRequest(["web-1", "web-2", "web-3"].map(welcoming)));

export const runPlan: Plan = assembleRun({
  ...planRequest([]),
  hosts: ["web-1", "web-2"].map((name) => ({ name: host(name), base: "ubuntu" })),
  command: { command: "logrotate -f /etc/logrotate.conf", task: "rotate-logs", sudo: true, timeoutMs: 60_000 },
});
