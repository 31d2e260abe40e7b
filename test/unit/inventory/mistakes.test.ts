import { describe, expect, test } from "vitest";
import { renderFailures, renderWarning } from "../../../src/cli/render/failures.ts";
import { inventoryCodes } from "../../../src/domain/outcome/failure-codes/inventory.ts";
import { type ReadOptions, readInventoryText } from "../../support/inventory.ts";

interface Mistake {
  readonly name: string;
  readonly text: string;
  readonly options?: ReadOptions;
}

const host = (settings: string) =>
  `hosts:\n  web-1: { base: ubuntu, addr: 10.0.1.11 }\n  web-2:\n    base: ubuntu\n    addr: 10.0.1.12\n    ${settings}\n`;
const files = { folder: "/fleet", hosts: new Set(["web-1", "db-1"]), modules: new Set(["nginx", "base"]) };

const mistakes: readonly Mistake[] = [
  { name: "unknown-key-of-host", text: host("adress: 10.0.1.13") },
  { name: "unknown-key-at-the-top", text: `${host("tags: [eu]")}host: {}\n` },
  { name: "unknown-key-deep-inside", text: host("osUpdates: { ubuntu: { rebootWindows: [] } }") },
  { name: "unknown-key-near-nothing", text: host("colour: blue") },
  { name: "duplicate-key", text: host("tags: [eu]\n    base: debian") },
  { name: "duplicate-host", text: `${host("tags: [eu]")}  web-1: { base: debian, addr: 10.0.1.13 }\n` },
  { name: "tab", text: "hosts:\n  web-1:\n\tbase: ubuntu\n" },
  { name: "tab-behind-spaces", text: "hosts:\n  web-1:\n  \tbase: ubuntu\n" },
  { name: "yaml-syntax", text: "hosts:\n  web-1: { base: ubuntu\n  web-2: [\n" },
  { name: "two-documents", text: `${host("tags: [eu]")}---\nhosts: {}\n` },
  { name: "unknown-yaml-tag", text: host("user: !vault secret") },
  { name: "unknown-alias", text: host("tags: *nope") },
  {
    name: "json-syntax",
    text: '{\n  "hosts": {\n    "web-1": { "base": "ubuntu", }\n  }\n}',
    options: { form: "json" },
  },
  { name: "json-cut", text: '{\n  "hosts": {', options: { form: "json" } },
  { name: "not-a-map", text: "- web-1\n- web-2\n" },
  { name: "section-of-wrong-type", text: `${host("tags: [eu]")}groups: [web]\n` },
  { name: "host-of-wrong-type", text: "hosts:\n  web-1: 10.0.1.11\n" },
  { name: "number-for-text", text: "hosts:\n  web-1: { base: ubuntu, addr: 10.10 }\n" },
  { name: "text-for-number", text: host('port: "2222"') },
  { name: "port-out-of-range", text: host("port: 70000") },
  { name: "text-for-list", text: host("roles: nginx") },
  { name: "yes-for-true", text: host("osUpdates: { ubuntu: { autoReboot: yes } }") },
  { name: "nothing-for-text", text: host("user:") },
  { name: "bad-choice", text: host("transport: opensh") },
  {
    name: "address-with-user",
    text: host("proxyJump: jump\n    hostKeys: ssh-ed25519").replace("10.0.1.12", "root@10.0.1.12"),
  },
  { name: "address-with-port", text: host("tags: []").replace("10.0.1.12", "10.0.1.12:22") },
  { name: "address-like-an-option", text: host("tags: []").replace("10.0.1.12", "-oProxyCommand=id") },
  { name: "address-in-a-list", text: host("tags: []").replace("10.0.1.12", "[10.0.1.12, 'a b']") },
  { name: "host-name", text: "hosts:\n  web_1!: { base: ubuntu, addr: 10.0.1.11 }\n" },
  { name: "reserved-key", text: host("vars: { __proto__: { admin: true } }") },
  { name: "host-without-addr", text: "hosts:\n  web-1: { base: ubuntu }\n" },
  { name: "host-without-base", text: "hosts:\n  web-1: { addr: 10.0.1.11 }\n" },
  { name: "host-without-anything", text: "hosts:\n  web-1:\n" },
  { name: "empty-file", text: "" },
  { name: "no-hosts", text: "defaults: { user: deploy }\nhosts:\n" },
  { name: "group-with-unknown-host", text: `${host("tags: [eu]")}groups:\n  web: { hosts: [web-1, web-3] }\n` },
  {
    name: "group-with-unknown-child",
    text: `${host("tags: [eu]")}groups:\n  frontend: {}\n  web: { children: [fronted] }\n`,
  },
  { name: "group-with-automatic-child", text: `${host("tags: [eu]")}groups:\n  linux: { children: [ubuntu] }\n` },
  { name: "automatic-group", text: `${host("tags: [eu]")}groups:\n  all: { user: deploy }\n  ubuntu: {}\n` },
  {
    name: "group-cycle",
    text: `${host("tags: [eu]")}groups:\n  web: { children: [front] }\n  front: { children: [edge] }\n  edge: { children: [web] }\n`,
  },
  { name: "group-inside-itself", text: `${host("tags: [eu]")}groups:\n  web: { children: [web] }\n` },
  { name: "glob-of-group-matches-nothing", text: `${host("tags: [eu]")}groups:\n  db: { hosts: ["db-*"] }\n` },
  { name: "host-named-like-group", text: `${host("tags: [eu]")}groups:\n  web-1: { hosts: [web-1] }\n` },
  { name: "updates-of-another-base", text: host("osUpdates: { nixos: { autoSwitch: true } }") },
  { name: "nixos-settings-of-another-base", text: host("specialisation: night\n    activation: boot") },
  {
    name: "sibling-groups-disagree",
    text: `${host("tags: [eu]")}groups:\n  web: { hosts: ["web-*"], user: deploy }\n  edge: { hosts: [web-1, web-2], user: edge }\n`,
  },
  {
    name: "sibling-groups-disagree-in-vars",
    text: `${host("tags: [eu]")}groups:\n  web: { hosts: ["web-*"], vars: { site: { tls: true } } }\n  edge: { hosts: [web-2], vars: { site: { tls: false } } }\n`,
  },
  { name: "unknown-rollout", text: `${host("rollout: canry")}rollouts: { canary: {} }\n` },
  { name: "unknown-builder", text: host("build: web-11") },
  { name: "unknown-delegate", text: host('hooks: { preReboot: [{ run: drain, where: "delegate:web-0" }] }') },
  { name: "hook-without-command", text: host("hooks: { preReboot: [{ where: local }] }") },
  { name: "hook-with-bad-place", text: host("hooks: { preReboot: [{ run: drain, where: here }] }") },
  { name: "duration-without-unit", text: `${host("tags: [eu]")}tasks: { disk: { run: df, timeout: 60 } }\n` },
  { name: "duration-nonsense", text: `${host("tags: [eu]")}rollouts: { canary: { soak: soon } }\n` },
  { name: "timeout-of-nothing", text: `${host("tags: [eu]")}tasks: { disk: { run: df, timeout: 0s } }\n` },
  { name: "task-without-command", text: `${host("tags: [eu]")}tasks: { disk: { sudo: true } }\n` },
  { name: "stage-over-hundred-percent", text: `${host("tags: [eu]")}rollouts: { canary: { stages: [1, 120%] } }\n` },
  { name: "stage-nonsense", text: `${host("tags: [eu]")}rollouts: { canary: { stages: [one] } }\n` },
  { name: "stages-fall", text: `${host("tags: [eu]")}rollouts: { canary: { stages: [10%, 5%, 100%] } }\n` },
  { name: "window-without-times", text: host("osUpdates: { ubuntu: { rebootWindow: Sun } }") },
  { name: "window-with-bad-day", text: host('osUpdates: { ubuntu: { rebootWindow: "Sum 02:00-04:00" } }') },
  { name: "window-with-bad-time", text: host('osUpdates: { ubuntu: { rebootWindow: "Sun 02:00-25:00" } }') },
  {
    name: "window-with-bad-zone",
    text: host('osUpdates: { ubuntu: { rebootWindow: "Sun 02:00-04:00 Europe/Berln" } }'),
  },
  { name: "window-of-no-length", text: host('osUpdates: { ubuntu: { rebootWindow: ["Sun 02:00-02:00 UTC"] } }') },
  { name: "blackout-without-end", text: `${host("tags: [eu]")}rollouts: { canary: { blackouts: 2026-12-24 } }\n` },
  {
    name: "blackout-that-ends-first",
    text: `${host("tags: [eu]")}fleet: { blackouts: ["2027-01-03/2026-12-20 Europe/Berlin"] }\n`,
  },
  {
    name: "blackout-of-no-day",
    text: `${host("tags: [eu]")}rollouts: { canary: { blackouts: ["2026-02-30/2026-03-02"] } }\n`,
  },
  { name: "canary-of-no-host", text: `${host("tags: [eu]")}rollouts: { canary: { canary: 0 } }\n` },
  { name: "limit-nonsense", text: `${host("tags: [eu]")}rollouts: { canary: { maxFailures: -1 } }\n` },
  { name: "limit-over-hundred-percent", text: `${host("tags: [eu]")}rollouts: { canary: { maxUnreachable: 101% } }\n` },
  { name: "no-host-file", text: host("tags: [eu]"), options: { files } },
  {
    name: "no-role-file",
    text: "hosts:\n  web-1: { base: ubuntu, addr: 10.0.1.11, roles: [ngnix, base] }\n  db-1: { base: ubuntu, addr: 10.0.1.12, roles: [ngnix] }\n",
    options: { files },
  },
  {
    name: "many-at-once",
    text: `${host("port: ssh\n    tags: eu")}groups:\n  web: { hosts: [web-3], color: red }\nrollout: {}\n`,
  },
];

const seen = new Set<string>();

describe("a mistake in an inventory", () => {
  test.each(mistakes)("$name is told with its place and what to do", async ({ name, text, options }) => {
    const { failures, warnings } = readInventoryText(text, options);
    for (const { code } of [...failures, ...warnings]) seen.add(code);
    expect(failures.length + warnings.length).toBeGreaterThan(0);
    const told = renderFailures(failures) + warnings.map((warning) => renderWarning(warning)).join("");
    await expect(`${text}\n${"-".repeat(40)}\n${told}`).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test("stands at a place inside the file", () => {
    for (const { text, options } of mistakes) {
      const { failures, warnings } = readInventoryText(text, options);
      for (const { at } of [...failures, ...warnings]) {
        expect(at?.excerpt).toBe(text.split("\n")[(at?.line ?? 0) - 1] ?? "");
        expect(at?.column).toBeLessThanOrEqual((at?.excerpt?.length ?? 0) + 1);
      }
    }
  });

  test("is covered here whatever its kind", () => {
    // These come from finding, reading and selecting, not from what a file says.
    const elsewhere = /no-project|not-found|several|unreadable|script-failed|unknown-(tag|role)$|bad-pattern|nothing-/;
    const codes = Object.keys(inventoryCodes).filter((code) => !elsewhere.test(code));
    expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  });
});
