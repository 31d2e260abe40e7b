import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { inventoryFile, knownHostsFile, sshConfigFile } from "../../../src/domain/lab/access-files.ts";
import { desiredLab } from "../../../src/domain/lab/desired.ts";
import { machineLayer } from "../../../src/domain/lab/machine-layer.ts";
import { labIdOf } from "../../../src/domain/lab/naming.ts";
import type { LabMachine, LabState } from "../../../src/domain/lab/state.ts";

function labOf(hosts: number, bare: readonly string[] = []): LabState {
  const options = {
    hosts,
    prefix: "lab",
    names: [],
    subnet: "198.18.0.0/25",
    shape: { all: "ubuntu" as const, byName: {} },
    sudo: { all: "nopasswd" as const, byName: { "lab-1": "password" as const } },
    bare,
    suite: { all: "trixie" as const, byName: {} },
  };
  const state = desiredLab(labIdOf("/lab"), "/cache", options, undefined, () => "0".repeat(32));
  if (!state.ok) throw new Error(state.error.what);
  return state.value;
}

const keys = new Map([
  ["lab-1", "ssh-ed25519 AAAA1"],
  ["lab-2", "ssh-ed25519 AAAA2"],
  ["lab-3", "ssh-ed25519 AAAA3"],
]);

describe("the lab's inventory", () => {
  test("says how to reach every machine, and pins its host key", () => {
    expect(parse(inventoryFile(labOf(3), "/lab/key", keys, "x86_64-linux"))).toEqual({
      defaults: { user: "deploy", system: "x86_64-linux", identityFile: "/lab/key" },
      groups: { web: { hosts: ["lab-1", "lab-2"] }, db: { hosts: ["lab-3"] } },
      hosts: {
        "lab-1": { base: "ubuntu", addr: "198.18.0.11", tags: ["lab"], hostKeys: ["ssh-ed25519 AAAA1"] },
        "lab-2": { base: "ubuntu", addr: "198.18.0.12", tags: ["lab"], hostKeys: ["ssh-ed25519 AAAA2"] },
        "lab-3": { base: "ubuntu", addr: "198.18.0.13", tags: ["lab"], hostKeys: ["ssh-ed25519 AAAA3"] },
      },
    });
  });

  test("puts a lone machine into web", () => {
    expect(parse(inventoryFile(labOf(1), "/lab/key", keys, "x86_64-linux")).groups).toEqual({
      web: { hosts: ["lab-1"] },
    });
  });
});

describe("the lab's files for ssh", () => {
  test("know each machine by name and address", () => {
    expect(knownHostsFile(labOf(2), keys)).toBe(
      "lab-1,198.18.0.11 ssh-ed25519 AAAA1\nlab-2,198.18.0.12 ssh-ed25519 AAAA2\n",
    );
  });

  test("accept no host key but the known one", () => {
    const config = sshConfigFile(labOf(2), "/lab/key", "/lab/known_hosts");
    expect(config).toContain("Host lab-2\n  HostName 198.18.0.12\n");
    expect(config).toContain("StrictHostKeyChecking yes");
  });

  test("log in to a bare machine as root, since there is nobody else", () => {
    const config = sshConfigFile(labOf(2, ["lab-2"]), "/lab/key", "/lab/known_hosts");
    expect(config).toContain("Host lab-1\n  HostName 198.18.0.11\n\n");
    expect(config).toContain("Host lab-2\n  HostName 198.18.0.12\n  User root\n");
  });
});

const layerOf = (machine: LabMachine) =>
  machineLayer(
    machine,
    { base: 0xc6120000, prefix: 25 },
    {
      login: "ssh-ed25519 LOGIN",
      hostPrivate: "PRIVATE",
      hostPublic: "ssh-ed25519 HOST",
      signing: "fleet-1:KEY",
    },
  );

function onlyMachine(lab: LabState): LabMachine {
  const [machine] = lab.machines;
  if (machine === undefined) throw new Error("a lab of one has a machine");
  return machine;
}

describe("a bare machine's layer", () => {
  test("brings root's login and nothing that NixFleet needs", () => {
    const paths = layerOf(onlyMachine(labOf(1, ["lab-1"]))).map(({ path }) => path);
    expect(paths).toContain("root/.ssh/authorized_keys");
    expect(paths.filter((path) => /deploy|nix/.test(path))).toEqual([]);
  });
});

describe("a machine's layer", () => {
  const layer = layerOf(onlyMachine(labOf(1)));
  const content = (path: string) => layer.find((entry) => entry.path === path)?.value;

  test("lets sudo ask for the password where that was wanted", () => {
    expect(content("etc/sudoers.d/deploy")).toBe("deploy ALL=(ALL:ALL) ALL\n");
  });

  test("trusts the fleet's key and nothing else", () => {
    expect(content("etc/nix/nix.conf")?.split("\n")).toEqual(
      expect.arrayContaining(["substituters =", "trusted-public-keys = fleet-1:KEY", "trusted-users = root"]),
    );
  });

  test("shows private files to their owner only", () => {
    const secret = layer.filter(({ value }) => value?.includes("PRIVATE") || value?.includes("LOGIN"));
    expect(secret.map(({ mode }) => mode)).toEqual([0o600, 0o600, 0o600]);
  });

  test("names every path once", () => {
    const paths = layer.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
