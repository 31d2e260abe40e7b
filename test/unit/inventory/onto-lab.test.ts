import { expect, test } from "vitest";
import { ontoLab } from "../../../src/domain/inventory/onto-lab.ts";
import type { Inventory } from "../../../src/domain/inventory/resolved.ts";
import { inventoryOf } from "../../support/inventory.ts";

const inventory: Inventory = inventoryOf(`
groups:
  web: { hosts: ["web-*"], roles: [] }
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11, port: 2222, user: admin, proxyJump: bastion, tags: [eu] }
  web-2: { base: debian, addr: 10.0.1.12 }
`);
const lab = {
  user: "deploy",
  identityFile: "/lab/id",
  signingKey: "/lab/signing-key",
  publicKey: "lab:AAAA",
  machines: new Map([["web-1", { address: "198.18.0.11", hostKey: "ssh-ed25519 AAAA" }]]),
};

test("a host in the lab keeps what it is and gets the lab's way to it", () => {
  const [host] = ontoLab(inventory, lab).inventory.hosts;
  expect(host).toMatchObject({ name: "web-1", base: "ubuntu", tags: ["eu"], user: "deploy", identityFile: "/lab/id" });
  expect(host).toMatchObject({ addresses: ["198.18.0.11"], hostKeys: ["ssh-ed25519 AAAA"], transport: "auto" });
  expect(host).not.toHaveProperty("port");
  expect(host).not.toHaveProperty("proxyJump");
});

test("no real host is left in the fleet, nor in its groups", () => {
  const moved = ontoLab(inventory, lab);
  expect(moved.leftOut).toEqual(["web-2"]);
  expect(moved.inventory.hosts.flatMap((host) => host.addresses)).toEqual(["198.18.0.11"]);
  expect(moved.inventory.groups.get("web")?.hosts).toEqual(["web-1"]);
  expect(moved.inventory.groups.get("debian")?.hosts ?? []).toEqual([]);
});

test("what evaluation sees is another inventory, and the lab's key signs", () => {
  const moved = ontoLab(inventory, lab).inventory;
  expect(moved.digest).not.toBe(inventory.digest);
  expect(moved.fleet).toMatchObject({ signingKey: "/lab/signing-key", publicKeys: ["lab:AAAA"] });
});
