/** Closures are built where the inventory wants them: on the host itself, on a builder, here; what happens is always told. */
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes, planOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let count = 0;

/** A module that no test has built before; what it makes is in the closure's own paths. */
const news = () => {
  count += 1;
  return `{ nixfleet.files."/etc/nf-note".text = "${process.pid} ${count} ${Date.now()}\\n"; }`;
};

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  fleet = layFleetProject(lab, {
    hosts: { "lab-2": { build: "target" }, "lab-3": { build: ["lab-1", "local"] } },
  });
});
afterAll(() => fleet?.remove());

async function onlyHost(name: string, ...words: string[]) {
  const [host] = (await planOf(fleet, name, ...words)).hosts;
  if (host === undefined) throw new Error(`no plan for ${name}`);
  return host;
}

const systemOf = (host: Awaited<ReturnType<typeof onlyHost>>): string => {
  if (host.to?.system == null) throw new Error(`no closure for ${host.name}: ${host.reason}`);
  return host.to.system;
};

test("a closure built on its host never passes through this machine, and the plan says that nobody signed it", async () => {
  configure(fleet, "lab-2", news());
  const host = await onlyHost("lab-2");
  expect(host.build).toEqual({ where: "target", signedBy: [], passedOver: [] });
  expect(host.closure?.copy).toEqual({ paths: 0, bytes: 0 });
  expect(host.files.find(({ path }) => path === "/etc/nf-note")?.diff).toContain(`+${process.pid} `);
  expect((await fleet.nixfleet("plan", "lab-2")).stdout).toContain(
    "built on the host itself: nobody signed it, the host trusts what it built",
  );
  const { code, events } = await act(fleet, "apply", "--yes", "lab-2");
  expect([code, outcomes(events)]).toEqual([0, "lab-2 changed"]);
  expect(await onHost(lab, "lab-2", "cat /etc/nf-note")).toContain(`${process.pid} `);
  expect(existsSync(systemOf(host))).toBe(false);
  expect((await onlyHost("lab-2")).action).toBe("none");
});

test("a host with a key of its own signs what it builds, and the plan names the key", async () => {
  await onHost(
    lab,
    "lab-2",
    `nix --extra-experimental-features nix-command key generate-secret --key-name lab-2-builds >/etc/nix/host-key
    chmod 600 /etc/nix/host-key
    echo 'secret-key-files = /etc/nix/host-key' >>/etc/nix/nix.conf
    systemctl restart nix-daemon.service`,
  );
  configure(fleet, "lab-2", news());
  expect((await onlyHost("lab-2")).build?.signedBy).toEqual(["lab-2-builds"]);
});

test("a closure built on a builder passes through this machine without being kept, signed with the fleet's key", async () => {
  configure(fleet, "lab-3", news());
  const host = await onlyHost("lab-3");
  expect(host.build).toEqual({ where: "builder", on: "lab-1", passedOver: [] });
  expect(host.closure?.copy.paths).toBeGreaterThan(0);
  const { code, events } = await act(fleet, "apply", "--yes", "lab-3");
  expect([code, outcomes(events)]).toEqual([0, "lab-3 changed"]);
  expect(existsSync(systemOf(host))).toBe(false);
  const info = `nix --extra-experimental-features nix-command path-info --sigs ${systemOf(host)}`;
  expect(await onHost(lab, "lab-3", info)).toContain("nixfleet-lab-1:");
});

test("a saved plan's closure that the builder has collected since is built there again", async () => {
  configure(fleet, "lab-3", news());
  const host = await onlyHost("lab-3");
  const file = join(fleet.folder, "..", "plan.json");
  expect((await fleet.nixfleet("plan", "lab-3", "--out", file)).code).toBe(0);
  await onHost(lab, "lab-1", "nix-store --gc >/dev/null 2>&1");
  expect(await onHost(lab, "lab-1", `test -e ${systemOf(host)} && echo there || echo gone`)).toBe("gone");
  const { code, events } = await act(fleet, "apply", file);
  expect([code, outcomes(events)]).toEqual([0, "lab-3 changed"]);
  expect(await onHost(lab, "lab-3", "readlink /run/nixfleet/current")).toBe(systemOf(host));
});

test("a builder without contact gives way to the next place, and the warning and the plan say so", async () => {
  configure(fleet, "lab-3", news());
  await onHost(lab, "lab-1", "systemctl stop nix-daemon.socket nix-daemon.service");
  try {
    const { stdout, stderr } = await fleet.nixfleet("plan", "lab-3");
    expect(stderr).toContain("warning[nix/place-passed-over]: lab-3: not built on lab-1, but on the next place");
    expect(stdout).toContain("built here");
    expect(stdout).toContain("not built on lab-1:");
    const strict = await fleet.nixfleet("build", "lab-3", "--build-on", "lab-1");
    expect([strict.code, strict.stderr]).toEqual([5, expect.stringContaining("error[nix/daemon-lost]: lab-3: ")]);
  } finally {
    await onHost(lab, "lab-1", "systemctl start nix-daemon.socket");
  }
});

test("a closure for another kind of machine goes to no place that cannot build it, and the error names them all", async () => {
  const flake = fleet.read("flake.nix");
  const foreign = 'derivation { name = "foreign"; system = "riscv64-linux"; builder = "/bin/sh"; }';
  fleet.write(
    "flake.nix",
    flake.replace("inputs.nixfleet.lib.mkFleet", `{ foreign = ${foreign}; } // inputs.nixfleet.lib.mkFleet`),
  );
  fleet.write(
    "inventory/lab.yaml",
    fleet.read("inventory/lab.yaml").replace("  lab-3:\n", "  lab-3:\n    flakeAttr: foreign\n"),
  );
  fleet.commit();
  const { code, stderr } = await fleet.nixfleet("build", "lab-3");
  expect(code).toBe(5);
  expect(stderr).toContain("error[nix/no-place]: lab-3: no place is left that builds riscv64-linux");
  expect(stderr).toContain("lab-1: it is x86_64-linux, and riscv64-linux is needed");
  expect(stderr).toContain("local: this machine does not build riscv64-linux");
  const wrong = await fleet.nixfleet("build", "lab-3", "--build-on", "target");
  expect([wrong.code, wrong.stderr]).toEqual([5, expect.stringContaining("error[nix/wrong-system]")]);
});

test("places that are no hosts, and plans that are settled, are refused", async () => {
  const typo = await fleet.nixfleet("plan", "--build-on", "lab-11");
  expect([typo.code, typo.stderr]).toEqual([3, expect.stringContaining("did you mean lab-1")]);
  const settled = await fleet.nixfleet("apply", join(fleet.folder, "..", "plan.json"), "--build-on", "local");
  expect([settled.code, settled.stderr]).toEqual([3, expect.stringContaining("--build-on cannot change a saved plan")]);
});

test("a closure of a builder is linked to and pushed, signed with the fleet's key; one that its host built for itself is not", async () => {
  fleet.write("inventory/lab.yaml", fleet.read("inventory/lab.yaml").replace("    flakeAttr: foreign\n", ""));
  configure(fleet, "lab-3", news());
  const [links, cache] = ["links", "cache"].map((name) => join(fleet.folder, "..", name)) as [string, string];
  const pushed = await fleet.nixfleet("build", "lab-3", "--push", `file://${cache}`);
  expect([pushed.code, pushed.stdout]).toEqual([0, expect.stringMatching(/^pushed [1-9]\d* paths?, /m)]);
  const system = pushed.stdout.match(/\/nix\/store\/\S+-nixfleet-lab-3/)?.[0] ?? "";
  expect(existsSync(system)).toBe(false);
  const described = readFileSync(
    `${cache}/${system.slice("/nix/store/".length, "/nix/store/".length + 32)}.narinfo`,
    "utf8",
  );
  expect(described).toMatch(/^Sig: nixfleet-lab-1:/m);
  const linked = await fleet.nixfleet("build", "lab-3", "--out-link", links);
  expect([linked.code, readlinkSync(`${links}/lab-3`)]).toEqual([0, system]);
  expect(readFileSync(`${links}/lab-3/manifest.json`, "utf8")).toContain('"host":"lab-3"');
  for (const words of [
    ["--out-link", links],
    ["--push", `file://${cache}`],
  ]) {
    const { code, stderr } = await fleet.nixfleet("build", "lab-2", ...words);
    expect([code, stderr]).toEqual([5, expect.stringContaining("is for that host alone")]);
  }
});
