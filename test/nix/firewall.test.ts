import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Closure, type Evaluator, evaluator, libraries } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

const nft = ["/usr/sbin/nft", "/sbin/nft"].find((path) => existsSync(path));
const mayCheck = nft !== undefined && process.getuid?.() === 0;

describe.skipIf(noNix !== "").each(libraries)(`the firewall, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  beforeAll(() => {
    nixSide = evaluator(realLib);
  });
  afterAll(() => nixSide?.remove());

  const rulesOf = (closure: Closure): string[] =>
    closure
      .read("etc/nixfleet/firewall.nft")
      .split("\n")
      .map((line) => line.trim());
  const full = `{
    nixfleet.firewall = {
      enable = true;
      allowedTCPPorts = [ 443 80 443 ];
      allowedUDPPorts = [ 53 ];
      allowedTCPPortRanges = [ { from = 8000; to = 8010; } ];
      interfaces.wg0.allowedTCPPorts = [ 5432 ];
      trustedInterfaces = [ "lan0" ];
      extraInputRules = "ip saddr 10.0.0.0/8 tcp dport 9100 accept";
    };
  }`;

  test("allows what it was told, and ssh on 22 and the inventory's port", async () => {
    const rules = rulesOf(await nixSide.build(full, { port: 2222 }));
    expect(rules).toEqual(
      expect.arrayContaining([
        "type filter hook input priority filter; policy drop;",
        'tcp dport { 22, 2222 } accept comment "ssh stays open"',
        "tcp dport { 80, 443, 8000-8010 } accept",
        "udp dport { 53 } accept",
        'iifname "wg0" tcp dport { 5432 } accept',
        'iifname "lan0" accept',
        "ip saddr 10.0.0.0/8 tcp dport 9100 accept",
        "icmp type echo-request accept",
      ]),
    );
  });

  test("replaces its own table in one transaction and flushes nothing", async () => {
    const rules = rulesOf(await nixSide.build(full));
    expect(rules.slice(1, 4)).toEqual(["table inet nixfleet", "delete table inet nixfleet", "table inet nixfleet {"]);
    expect(rules.join("\n")).not.toMatch(/flush/);
  });

  test("is reloaded when its rules change, so that no moment is without rules", async () => {
    const { manifest, read } = await nixSide.build(full);
    expect(manifest.files.find(({ path }) => path === "/etc/nixfleet/firewall.nft")).toMatchObject({
      mode: "0600",
      restartUnits: [],
      reloadUnits: ["nixfleet-firewall.service"],
    });
    expect(manifest.units[0]).toMatchObject({ name: "nixfleet-firewall.service", enabled: true, onChange: "reload" });
    expect(read("units/nixfleet-firewall.service")).toContain("ExecReload=/usr/sbin/nft -f /etc/nixfleet/firewall.nft");
  });

  test("closes ssh only when told so, and leaves nothing on a host without it", async () => {
    const closed = await nixSide.build(
      "{ nixfleet.firewall = { enable = true; ssh.open = false; allowPing = false; }; }",
    );
    expect(rulesOf(closed).join("\n")).not.toMatch(/dport \{ 22|echo-request/);
    const off = await nixSide.build("{ nixfleet.firewall.allowedTCPPorts = [ 80 ]; }");
    expect(off.manifest.units).toEqual([]);
    expect(off.manifest.files.map(({ path }) => path)).not.toContain("/etc/nixfleet/firewall.nft");
  });

  test.skipIf(!mayCheck)(`nft accepts the rules${mayCheck ? "" : " (skipped: needs root and nft)"}`, async () => {
    const closure = await nixSide.build(full);
    const checked = spawnSync(nft ?? "", ["--check", "-f", join(closure.path, "etc/nixfleet/firewall.nft")], {
      encoding: "utf8",
    });
    expect(checked).toMatchObject({ status: 0, stderr: "" });
  });
});
