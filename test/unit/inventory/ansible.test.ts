import { describe, expect, test } from "vitest";
import { hostOf, inventoryOf, readInventoryText } from "../../support/inventory.ts";

const list = {
  _meta: {
    hostvars: {
      "web-1": {
        ansible_host: "10.0.1.11",
        ansible_user: "deploy",
        ansible_port: "2222",
        ansible_ssh_private_key_file: "~/.ssh/fleet",
        ansible_ssh_common_args: "-o StrictHostKeyChecking=yes -o ProxyJump=jump.example",
        ansible_python_interpreter: "/usr/bin/python3",
        app_version: "1.2",
        nixfleet: { base: "ubuntu", roles: ["nginx"], tags: ["eu"] },
      },
      "db-1": { ansible_password: "geheim", ansible_become_pass: "geheim" },
      here: { ansible_connection: "local", nixfleet: { base: "debian" } },
    },
  },
  all: { children: ["ungrouped", "web", "ubuntu"], vars: { site: "eu", ansible_user: "ops" } },
  ungrouped: { hosts: ["here"] },
  web: { hosts: ["web-1"], children: ["edge"], vars: { nixfleet: { rollout: "canary" } } },
  edge: { hosts: ["edge-1"], vars: { nixfleet: { base: "nixos" } } },
  ubuntu: ["db-1"],
};

const json = (value: unknown) => JSON.stringify(value, undefined, 2);
// Rollouts have no place in Ansible's form.
const text = json(list).replace('"rollout": "canary"', '"build": "target"');

describe("an inventory in Ansible's form", () => {
  const inventory = inventoryOf(text, { form: "json" });

  test("gives connection variables as settings, and any setting through nixfleet", () => {
    expect(hostOf(inventory, "web-1")).toMatchObject({
      base: "ubuntu",
      addresses: ["10.0.1.11"],
      user: "deploy",
      port: 2222,
      identityFile: "/home/ann/.ssh/fleet",
      proxyJump: "jump.example",
      roles: ["nginx"],
      tags: ["eu"],
      build: ["target"],
    });
  });

  test("keeps other variables as vars, without Ansible's own", () => {
    expect(hostOf(inventory, "web-1").vars).toEqual({ site: "eu", app_version: "1.2" });
  });

  test("has the hosts that only groups name, under their own name", () => {
    expect(inventory.hosts.map((host) => host.name)).toEqual(["web-1", "db-1", "here", "edge-1"]);
    expect(hostOf(inventory, "edge-1")).toMatchObject({ base: "nixos", addresses: ["edge-1"], user: "ops" });
  });

  test("keeps groups with their children, and takes a group named like a base for that base", () => {
    expect(inventory.groups.get("web")?.hosts).toEqual(["web-1", "edge-1"]);
    expect(hostOf(inventory, "db-1")).toMatchObject({ base: "ubuntu", groups: ["all", "ubuntu", "ubuntu-hosts"] });
    expect(inventory.groups.has("ungrouped")).toBe(false);
  });

  test("connects to this very machine where Ansible does", () => {
    expect(hostOf(inventory, "here").transport).toBe("local");
  });

  test("drops passwords, with a warning that does not repeat them", () => {
    const { warnings } = readInventoryText(text, { form: "json" });
    expect(warnings.map(({ what }) => what)).toEqual(["ansible_password, ansible_become_pass are not used"]);
    expect(JSON.stringify([warnings.map(({ at, ...rest }) => rest), [...inventory.hosts]])).not.toContain("geheim");
  });

  test("has its mistakes at their place in the JSON", () => {
    const broken = json({ _meta: { hostvars: { "web-1": { ansible_port: "ssh", nixfleet: { base: "ubunt" } } } } });
    const { failures } = readInventoryText(broken, { form: "json" });
    expect(failures.map(({ what, at }) => [what, at?.excerpt?.trim()])).toEqual([
      ["hosts.web-1.port has the wrong type", '"ansible_port": "ssh",'],
      ["hosts.web-1.base has a bad value", '"base": "ubunt"'],
    ]);
  });
});
