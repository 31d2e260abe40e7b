import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inventoryForNix } from "../../src/domain/inventory/for-nix.ts";
import { inventoryWrapper } from "../../src/domain/nix/expression.ts";
import { closureAt, nix, nixSystem, repository } from "../support/intent.ts";
import { inventoryOf } from "../support/inventory.ts";
import { noNix } from "../support/nix-fleet.ts";
import { prepareNixpkgs } from "../support/nixpkgs/prepare.ts";

const parts = ["flake.nix", "lib", "backends", "modules", "hosts", "inventory", "templates", "nix"];

describe.skipIf(noNix !== "")(`a fleet as a flake${noNix}`, () => {
  let top: string;
  const at = (...names: string[]): string => join(top, ...names);

  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), "nixfleet-flake-"));
    prepareNixpkgs(at("nixpkgs"));
    for (const part of parts) cpSync(join(repository, part), at("nixfleet", part), { recursive: true });
  });
  afterAll(() => rmSync(top, { recursive: true, force: true }));

  /** A fleet of one host in a folder of its own, locked to the stand-in and this NixFleet. */
  async function fleetFlake(name: string, files: Readonly<Record<string, string>>, outputs: string): Promise<string> {
    const inputs = `inputs.nixpkgs.url = "path:${at("nixpkgs")}"; inputs.nixfleet.url = "path:${at("nixfleet")}"; inputs.nixfleet.inputs.nixpkgs.follows = "nixpkgs";`;
    for (const folder of ["hosts", "modules"]) mkdirSync(at(name, folder), { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(at(name, path), text);
    writeFileSync(at(name, "flake.nix"), `{ ${inputs} outputs = inputs: ${outputs}; }`);
    expect(await nix("flake", "lock", `path:${at(name)}`)).toMatchObject({ code: 0 });
    return `path:${at(name)}`;
  }
  const mkFleet = "inputs.nixfleet.lib.mkFleet { inherit inputs; root = ./.; inventory = ./inventory.json; }";

  test("builds with plain Nix from an inventory in JSON, purely and without the CLI", async () => {
    const flake = await fleetFlake(
      "plain",
      {
        "hosts/web-1.nix": `{ config, ... }: { nixfleet.files."/etc/addr".text = toString config.nixfleet.host.addresses; }`,
        "inventory.json": JSON.stringify({
          hosts: { "web-1": { base: "debian", addr: "10.0.0.1", system: nixSystem } },
        }),
      },
      mkFleet,
    );
    const built = await nix("build", "--no-link", "--print-out-paths", `${flake}#nixfleetConfigurations.web-1`);
    expect(built).toMatchObject({ code: 0 });
    const closure = closureAt(built.stdout);
    expect(closure.read("etc/addr")).toBe("10.0.0.1");
    expect(closure.manifest).toMatchObject({ host: "web-1", base: "debian", system: nixSystem });
  });

  test("shows warnings of a host that is built by hand", async () => {
    const flake = await fleetFlake(
      "warned",
      {
        "hosts/web-1.nix": `{ nixfleet.warnings = [ "mind the gap" ]; }`,
        "inventory.json": JSON.stringify({ hosts: { "web-1": { base: "ubuntu", system: nixSystem } } }),
      },
      mkFleet,
    );
    const { stderr } = await nix("eval", `${flake}#nixfleetConfigurations.web-1.name`);
    expect(stderr).toContain("host web-1: mind the gap");
  });

  test("is pure: a host that reads the machine it is evaluated on is refused", async () => {
    const flake = await fleetFlake(
      "impure",
      {
        "hosts/web-1.nix": `{ nixfleet.files."/etc/x".text = builtins.readFile /etc/os-release; }`,
        "inventory.json": JSON.stringify({ hosts: { "web-1": { base: "ubuntu" } } }),
      },
      mkFleet,
    );
    const { code, stderr } = await nix("eval", `${flake}#nixfleetConfigurations.web-1.drvPath`);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/forbidden in pure eval/);
  });

  test("answers the CLI's wrapper for the example fleet, every host of its inventory", async () => {
    const inventory = inventoryOf(readFileSync(join(repository, "inventory/prod.yaml"), "utf8"));
    const flake = await nix(
      "flake",
      "lock",
      "--override-input",
      "nixpkgs",
      `path:${at("nixpkgs")}`,
      `path:${at("nixfleet")}`,
    );
    expect(flake).toMatchObject({ code: 0 });
    mkdirSync(at("wrapper"), { recursive: true });
    writeFileSync(at("wrapper/flake.nix"), inventoryWrapper({ type: "path", path: at("nixfleet") }));
    const system = (text: string): string => text.replaceAll("x86_64-linux", nixSystem);
    writeFileSync(at("wrapper/inventory.json"), system(inventoryForNix(inventory)));
    const { code, stdout, stderr } = await nix("eval", "--json", `path:${at("wrapper")}#hosts`);
    if (code !== 0) throw new Error(stderr);
    const hosts = JSON.parse(stdout);
    expect(Object.keys(hosts)).toEqual(["db-1", "web-1", "web-2"]);
    expect(hosts["web-1"]).toMatchObject({ name: "web-1", base: "ubuntu", system: nixSystem, warnings: [] });

    const drvs = Object.values<{ drvPath: string }>(hosts).map(({ drvPath }) => `${drvPath}^out`);
    expect(await nix("build", "--no-link", ...drvs)).toMatchObject({ code: 0 });
    const web = closureAt(hosts["web-1"].out);
    expect(web.manifest.units.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["disk-report.timer", "myapp.service", "nginx.service", "nixfleet-firewall.service"]),
    );
    expect(web.read("etc/nginx/nginx.conf")).toContain("proxy_pass http://127.0.0.1:8080;");
    expect(web.read("etc/nixfleet/firewall.nft")).toContain("tcp dport { 80 } accept");
    expect(closureAt(hosts["db-1"].out).read("etc/nixfleet/firewall.nft")).toContain(
      "ip saddr 10.0.1.12 tcp dport 5432 accept",
    );
  });

  test("has a template that works as it is, once its address of NixFleet is filled in", async () => {
    cpSync(at("nixfleet/templates/default"), at("mine"), { recursive: true });
    const roles = readdirSync(at("mine/modules")).map((name) => name.replace(".nix", ""));
    const inventory = inventoryOf(readFileSync(at("mine/inventory/prod.yaml"), "utf8"));
    expect(inventory.hosts[0]?.roles).toEqual(roles);
    const overrides = [
      "--override-input",
      "nixpkgs",
      `path:${at("nixpkgs")}`,
      "--override-input",
      "nixfleet",
      `path:${at("nixfleet")}`,
    ];
    expect(await nix("flake", "lock", ...overrides, `path:${at("mine")}`)).toMatchObject({ code: 0 });
    const apply = `nixfleet: (nixfleet.forInventory (builtins.fromJSON ${JSON.stringify(inventoryForNix(inventory))})).hosts`;
    const { code, stderr } = await nix(
      "eval",
      "--json",
      `path:${at("mine")}#nixfleet`,
      "--apply",
      apply.replaceAll("${", "\\${"),
    );
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("offers the example's modules to other fleets", async () => {
    const flake = await fleetFlake(
      "borrower",
      {
        "hosts/web-1.nix": "{ inputs, ... }: { imports = [ inputs.nixfleet.nixfleetModules.nginx ]; }",
        "inventory.json": JSON.stringify({ hosts: { "web-1": { base: "ubuntu", system: nixSystem } } }),
      },
      mkFleet,
    );
    const built = await nix("build", "--no-link", "--print-out-paths", `${flake}#nixfleetConfigurations.web-1`);
    expect(built).toMatchObject({ code: 0 });
    expect(closureAt(built.stdout).manifest.units.map(({ name }) => name)).toEqual(["nginx.service"]);
  });
});
