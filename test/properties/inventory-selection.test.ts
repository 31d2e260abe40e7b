import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything, type SelectionRequest } from "../../src/domain/selection/request.ts";
import { select } from "../../src/domain/selection/select.ts";
import { inventoryOf } from "../support/inventory.ts";

const inventory = inventoryOf(`
groups:
  web: { hosts: ["web-*"], tags: [front] }
  db: { hosts: ["db-*"], roles: [postgres] }
  prod: { hosts: [web-1, web-3, db-1], tags: [prod] }
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.1, tags: [eu] }
  db-1: { base: debian, addr: 10.0.2.1, tags: [eu] }
  web-2: { base: ubuntu, addr: 10.0.1.2, tags: [us] }
  web-3: { base: nixos, addr: 10.0.1.3 }
  db-2: { base: debian, addr: 10.0.2.2, tags: [us] }
`);
const order = inventory.hosts.map((host) => host.name);

const atoms = fc.constantFrom(
  "web",
  "db",
  "prod",
  "all",
  "ubuntu",
  "web-1",
  "db-2",
  "*-1",
  "w*",
  "~.*2$",
  "web[0]",
  "db[-1]",
  "prod[1:]",
  "web-[1-2]",
);
const term = fc.tuple(fc.constantFrom("", "", "&", "!"), atoms).map(([sign, atom]) => sign + atom);
const separator = fc.constantFrom(",", ":");
const terms = fc.array(term, { minLength: 1, maxLength: 4 });
const expression = fc.tuple(terms, separator).map(([list, glue]) => list.join(glue));
const few = <T>(values: readonly T[]) => fc.subarray([...values], { maxLength: Math.min(2, values.length) });

const request: fc.Arbitrary<SelectionRequest> = fc.record({
  patterns: fc.array(expression, { maxLength: 1 }),
  hosts: few(["web-1", "db-2", "web-*"]),
  groups: few(["web", "prod", "debian"]),
  tags: few(["eu", "us", "p*"]),
  roles: few(["postgres"]),
  limit: fc.array(expression, { maxLength: 2 }),
  exclude: fc.array(expression, { maxLength: 2 }),
});

/** Nothing for an empty selection. */
function selected(asked: Partial<SelectionRequest>): readonly string[] {
  const selection = select(inventory, { ...everything, ...asked }, { files: new Map() });
  return selection.ok ? selection.value.hosts.map(({ host }) => host.name) : [];
}

const inOrder = (names: readonly string[]) => order.filter((name) => names.includes(name));

describe("selecting", () => {
  test("keeps the order of the inventory, without repeating a host", () => {
    fc.assert(
      fc.property(request, (asked) => {
        expect(selected(asked)).toEqual(inOrder(selected(asked)));
      }),
    );
  });

  test("never selects what is excluded", () => {
    fc.assert(
      fc.property(request, expression, (asked, exclude) => {
        const gone = new Set(selected({ limit: [exclude] }));
        const left = selected({ ...asked, exclude: [...asked.exclude, exclude] });
        expect(left).toEqual(selected(asked).filter((name) => !gone.has(name as never)));
      }),
    );
  });

  test("selects less with every further flag, and more with every further value of one", () => {
    fc.assert(
      fc.property(request, expression, (asked, limit) => {
        const narrowed = selected({ ...asked, limit: [limit] });
        expect(selected({ ...asked, limit: [] })).toEqual(expect.arrayContaining([...narrowed]));
        expect(selected({ ...asked, limit: [limit, ...asked.limit] })).toEqual(expect.arrayContaining([...narrowed]));
      }),
    );
  });

  test("means the same whatever the order of terms", () => {
    fc.assert(
      fc.property(terms, separator, (list, glue) => {
        expect(selected({ limit: [list.toReversed().join(glue)] })).toEqual(selected({ limit: [list.join(glue)] }));
      }),
    );
  });

  test("gives one reason for each flag that was used", () => {
    fc.assert(
      fc.property(request, (asked) => {
        const selection = select(inventory, asked, { files: new Map() });
        if (!selection.ok) return;
        const used = [asked.patterns, asked.hosts, asked.groups, asked.tags, asked.roles, asked.limit].filter(
          (flag) => flag.length > 0,
        );
        for (const { because } of selection.value.hosts) expect(because).toHaveLength(Math.max(1, used.length));
      }),
    );
  });

  test("never throws, whatever the pattern", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."web-1*?[]{}!&~@:,()\\+$^ 0:.") }), (pattern) => {
        select(inventory, { ...everything, limit: [pattern], hosts: [pattern] }, { files: new Map() });
      }),
      { numRuns: 1000 },
    );
  });
});
