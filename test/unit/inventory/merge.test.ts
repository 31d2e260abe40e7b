import { describe, expect, test } from "vitest";
import { explainHost } from "../../../src/domain/inventory/explain-host.ts";
import { hostOf, inventoryOf, readInventoryText } from "../../support/inventory.ts";

const fleet = (defaults: string, groups: string, web1: string) => `
defaults: { ${defaults} }
groups:
${groups}
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11, ${web1} }
  db-1: { base: debian, addr: 10.0.2.21 }
rollouts: { canary: {}, slow: {} }
`;

const web1 = (defaults: string, groups: string, settings = "") =>
  hostOf(inventoryOf(fleet(defaults, groups, settings)), "web-1");

describe("merging", () => {
  test("lets groups win over defaults, and the host over groups", () => {
    const group = "  web: { hosts: [web-1], user: web, port: 23 }";
    const host = web1("user: deploy, port: 22, system: aarch64-linux", group, "port: 24");
    expect([host.system, host.user, host.port]).toEqual(["aarch64-linux", "web", 24]);
  });

  test("lets child groups win over their parents, whatever the order of the file", () => {
    const child = "  web: { hosts: [web-1], user: web }";
    const parent = "  front: { children: [web], user: front, rollout: canary }";
    for (const groups of [`${child}\n${parent}`, `${parent}\n${child}`]) {
      const host = web1("", groups);
      expect([host.user, host.rollout]).toEqual(["web", "canary"]);
      expect(host.groups).toEqual(["all", "ubuntu", "front", "web"]);
    }
  });

  test("unites roles and tags without repeating any", () => {
    const host = web1(
      "roles: [base], tags: [prod]",
      "  web: { hosts: [web-1], roles: [nginx, base] }",
      "roles: [myapp], tags: [eu, prod]",
    );
    expect(host.roles).toEqual(["base", "nginx", "myapp"]);
    expect(host.tags).toEqual(["prod", "eu"]);
  });

  test("merges maps deeply and replaces other lists", () => {
    const host = web1(
      'osUpdates: { ubuntu: { mode: full-weekly, holds: [a, b], pins: { nginx: "1.24*" } } }, vars: { site: { tls: true, names: [a] } }',
      "  web: { hosts: [web-1], osUpdates: { ubuntu: { holds: [c] } }, vars: { site: { names: [b] } } }",
      'osUpdates: { ubuntu: { pins: { curl: "8.*" } } }, vars: { site: { port: 8080 } }',
    );
    expect(host.osUpdates.ubuntu).toEqual({
      mode: "full-weekly",
      autoReboot: false,
      rebootWindow: [],
      holds: ["c"],
      pins: { nginx: "1.24*", curl: "8.*" },
    });
    expect(host.vars).toEqual({ site: { tls: true, names: ["b"], port: 8080 } });
  });

  test("takes equal settings of sibling groups for no conflict", () => {
    const groups =
      "  web: { hosts: [web-1], user: ops, vars: { a: [1] } }\n  eu: { hosts: [web-1], user: ops, vars: { a: [1] } }";
    expect(web1("", groups).user).toBe("ops");
  });

  test("has no conflict where the host, or a group below both, decides", () => {
    const siblings =
      "  web: { hosts: [web-1], user: web, children: [euweb] }\n  eu: { hosts: [web-1], user: eu, children: [euweb] }";
    expect(web1("", `${siblings}\n  euweb: {}`, "user: root").user).toBe("root");
    expect(web1("", `${siblings}\n  euweb: { hosts: [web-1], user: euweb }`).user).toBe("euweb");
  });

  test("has no conflict between groups that share no host", () => {
    const { failures } = readInventoryText(
      fleet("", "  web: { hosts: [web-1], user: web }\n  db: { hosts: [db-1], user: db }", ""),
    );
    expect(failures).toEqual([]);
  });

  test("keeps every reboot limit, and shows the smallest", () => {
    const host = web1(
      "osUpdates: { ubuntu: { maxConcurrentReboots: 5 } }",
      "  web: { hosts: [web-1], osUpdates: { ubuntu: { maxConcurrentReboots: 2 } } }\n  eu: { hosts: [web-1], osUpdates: { ubuntu: { maxConcurrentReboots: 3 } } }",
      "osUpdates: { ubuntu: { maxConcurrentReboots: 4 } }",
    );
    expect(host.osUpdates.ubuntu?.maxConcurrentReboots).toBe(2);
    expect(host.rebootBudgets).toEqual([
      { group: "all", max: 5 },
      { group: "web", max: 2 },
      { group: "eu", max: 3 },
      { group: "ubuntu", max: 4 },
    ]);
  });
});

describe("the origin of a value", () => {
  const text = fleet(
    "tags: [prod], user: deploy",
    "  web: { hosts: [web-1], tags: [web], rollout: canary }",
    "port: 23",
  );
  const origins = explainHost("web-1", readInventoryText(text).fragment);
  const at = (setting: string) =>
    origins.get(setting)?.map(({ from, at: { line, column } }) => `${from} ${line}:${column}`);

  test("names the layer and the place", () => {
    expect(at("user")).toEqual(["defaults 2:33"]);
    expect(at("rollout")).toEqual(["group web 4:48"]);
    expect(at("port")).toEqual(["host web-1 6:49"]);
  });

  test("names all layers of a list that unites", () => {
    expect(at("tags")).toEqual(["defaults 2:19", "group web 4:32"]);
  });

  test("is absent for what NixFleet fills in itself", () => {
    expect(origins.has("transport")).toBe(false);
  });
});
