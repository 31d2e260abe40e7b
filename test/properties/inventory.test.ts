import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { decodeCached, encodeCached } from "../../src/domain/inventory/cached.ts";
import { readInventoryText } from "../support/inventory.ts";

// Few names, so that groups overlap, nest and disagree often.
const hostNames = ["web-1", "web-2", "db-1", "gpu-1"];
const groupNames = ["web", "db", "eu", "prod"];
const some = (names: readonly string[]) => fc.subarray([...names]);

const ubuntuUpdates = fc.record(
  {
    mode: fc.constantFrom("security-daily", "full-weekly", "manual"),
    autoReboot: fc.boolean(),
    holds: some(["a", "b"]),
    pins: fc.dictionary(fc.constantFrom("nginx", "curl"), fc.constantFrom("1.*", "2.*")),
    maxConcurrentReboots: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
);

const settings = fc.record(
  {
    user: fc.constantFrom("deploy", "ops", "root"),
    port: fc.integer({ min: 1, max: 65535 }),
    roles: some(["base", "nginx"]),
    tags: some(["eu", "prod"]),
    osUpdates: fc.record({ ubuntu: ubuntuUpdates }, { requiredKeys: [] }),
    vars: fc.dictionary(
      fc.constantFrom("a", "b"),
      fc.oneof(fc.integer(), fc.constant([1]), fc.dictionary(fc.constantFrom("x", "y"), fc.boolean())),
    ),
  },
  { requiredKeys: [] },
);

/** Children come later in the list of names, so that there is no circle. */
const group = (index: number) =>
  fc
    .tuple(settings, some(hostNames), some(groupNames.slice(index + 1)))
    .map(([own, hosts, children]) => ({ ...own, hosts, children }));

const fleet = fc.record({
  defaults: settings,
  groups: fc
    .tuple(...groupNames.map((_, index) => group(index)))
    .map((groups) => Object.fromEntries(groups.map((own, index) => [groupNames[index] ?? "", own]))),
  hosts: fc
    .tuple(...hostNames.map(() => settings))
    .map((hosts) =>
      Object.fromEntries(
        hosts.map((own, index) => [hostNames[index] ?? "", { base: "ubuntu", addr: "10.0.1.11", ...own }]),
      ),
    ),
});

const read = (value: object) => readInventoryText(stringify(value, { aliasDuplicateObjects: false }));

describe("resolving", () => {
  test("gives the same bytes for the same text", () => {
    fc.assert(
      fc.property(fleet, (value) => {
        const [first, second] = [read(value), read(value)];
        expect(second.inventory).toEqual(first.inventory);
        expect(second.failures).toEqual(first.failures);
      }),
    );
  });

  test("fails for nothing but groups that disagree", () => {
    fc.assert(
      fc.property(fleet, (value) => {
        const codes = read(value).failures.map(({ code }) => code);
        expect(codes.filter((code) => code !== "inventory/conflict")).toEqual([]);
      }),
    );
  });

  test("lets the host's own values win, and no group of its own be ignored for a default", () => {
    fc.assert(
      fc.property(fleet, (value) => {
        for (const host of read(value).inventory?.hosts ?? []) {
          const own = value.hosts[host.name];
          if (own?.user !== undefined) expect(host.user).toBe(own.user);
          if (own?.port !== undefined) expect(host.port).toBe(own.port);
          if (own?.osUpdates?.ubuntu?.holds !== undefined)
            expect(host.osUpdates.ubuntu?.holds).toEqual(own.osUpdates.ubuntu.holds);
          const offered = host.groups.map((name) => value.groups[name]?.user).filter((user) => user !== undefined);
          if (own?.user === undefined && offered.length > 0) expect(offered).toContain(host.user);
          if (own?.user === undefined && offered.length === 0) expect(host.user).toBe(value.defaults.user);
        }
      }),
    );
  });

  test("does not depend on the order of groups in the file", () => {
    fc.assert(
      fc.property(fleet, (value) => {
        const reversed = { ...value, groups: Object.fromEntries(Object.entries(value.groups).toReversed()) };
        const settled = (inventory: ReturnType<typeof read>["inventory"]) =>
          inventory?.hosts.map((host) => ({
            ...host,
            groups: host.groups.toSorted(),
            roles: host.roles.toSorted(),
            tags: host.tags.toSorted(),
            rebootBudgets: new Set(host.rebootBudgets.map(({ group: name, max }) => `${name} ${max}`)),
          }));
        expect(settled(read(reversed).inventory)).toEqual(settled(read(value).inventory));
      }),
    );
  });

  test("puts parents before their children in each host's groups", () => {
    fc.assert(
      fc.property(fleet, (value) => {
        for (const host of read(value).inventory?.hosts ?? []) {
          for (const parent of host.groups) {
            for (const child of value.groups[parent]?.children ?? []) {
              if (host.groups.includes(child))
                expect(host.groups.indexOf(parent)).toBeLessThan(host.groups.indexOf(child));
            }
          }
        }
      }),
    );
  });

  test("comes back from the cache as it went in", () => {
    fc.assert(
      fc.property(fleet, (value) => {
        const { inventory, warnings } = read(value);
        if (inventory === undefined) return;
        const entry = { inventory, warnings, filesDigest: "0" };
        expect(decodeCached(encodeCached(entry))).toEqual(entry);
      }),
    );
  });
});

describe("a damaged cache entry", () => {
  test("is never taken for a good one", () => {
    const { inventory } = readInventoryText("hosts: { web-1: { base: ubuntu, addr: 10.0.1.11 } }");
    if (inventory === undefined) throw new Error("the inventory is good");
    const good = encodeCached({ inventory, warnings: [], filesDigest: "0" });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom("", "x", "\n", "}"), (at, instead) => {
        const damaged = good.slice(0, at) + instead + good.slice(at + 1);
        fc.pre(damaged !== good);
        expect(decodeCached(damaged)).toBeUndefined();
      }),
    );
  });
});

describe("reading", () => {
  test("never throws, whatever the text", () => {
    const pieces = fc.constantFrom(
      "hosts:",
      "\n",
      "  ",
      "\t",
      "- ",
      "web-1",
      ": ",
      "{",
      "}",
      "[",
      "]",
      ",",
      "&a ",
      "*a",
      "<<",
      "!!",
      '"',
      "'",
      "#",
      "---",
      "|",
      "?",
      "base",
      "ubuntu",
      "0",
      "~",
      "groups:",
      "children",
      "é",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const { inventory, failures } = readInventoryText(parts.join(""));
        expect(inventory === undefined).toBe(failures.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
