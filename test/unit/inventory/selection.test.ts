import { describe, expect, test } from "vitest";
import { everything, type SelectionMaterial, type SelectionRequest } from "../../../src/domain/selection/request.ts";
import { select } from "../../../src/domain/selection/select.ts";
import { inventoryOf } from "../../support/inventory.ts";

const inventory = inventoryOf(`
groups:
  web: { hosts: ["web-*"], roles: [nginx] }
  db: { hosts: ["db-*"], roles: [postgres] }
  prod: { hosts: [web-1, web-2, db-1], tags: [prod] }
  empty: {}
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.1, tags: [eu] }
  db-1: { base: debian, addr: 10.0.2.1, tags: [eu] }
  web-2: { base: ubuntu, addr: 10.0.1.2, tags: [us] }
  web-3: { base: nixos, addr: 10.0.1.3, tags: [us] }
  db-2: { base: debian, addr: 10.0.2.2, tags: [us] }
`);

const nothing: SelectionMaterial = { files: new Map() };

const selectWith = (request: Partial<SelectionRequest>, material = nothing) =>
  select(inventory, { ...everything, ...request }, material);

function names(request: Partial<SelectionRequest>, material = nothing): readonly string[] {
  const selected = selectWith(request, material);
  if (!selected.ok) throw new Error(selected.error.map(({ what }) => what).join("\n"));
  return selected.value.hosts.map(({ host }) => host.name);
}

function failures(request: Partial<SelectionRequest>, material = nothing) {
  const selected = selectWith(request, material);
  return selected.ok ? [] : selected.error.map(({ code, what, next }) => [code, what, next]);
}

describe("flags", () => {
  test.each<[string, Partial<SelectionRequest>, string[]]>([
    ["none: all hosts, in the order of the file", {}, ["web-1", "db-1", "web-2", "web-3", "db-2"]],
    ["--host", { hosts: ["web-1"] }, ["web-1"]],
    ["--host twice is either", { hosts: ["web-2", "web-1"] }, ["web-1", "web-2"]],
    ["--host with a glob", { hosts: ["db-*"] }, ["db-1", "db-2"]],
    ["--group", { groups: ["web"] }, ["web-1", "web-2", "web-3"]],
    ["--group of a base", { groups: ["debian"] }, ["db-1", "db-2"]],
    ["--group all", { groups: ["all"] }, ["web-1", "db-1", "web-2", "web-3", "db-2"]],
    ["--tag twice is either", { tags: ["eu", "us"] }, ["web-1", "db-1", "web-2", "web-3", "db-2"]],
    ["--role", { roles: ["postgres"] }, ["db-1", "db-2"]],
    ["different flags narrow each other", { groups: ["web"], tags: ["us"] }, ["web-2", "web-3"]],
    ["--limit twice is either", { limit: ["web-1", "db-1"] }, ["web-1", "db-1"]],
    ["a pattern and a flag narrow each other", { patterns: ["web"], limit: ["prod"] }, ["web-1", "web-2"]],
    ["--exclude comes last", { groups: ["web"], exclude: ["web-1"] }, ["web-2", "web-3"]],
    ["--exclude takes patterns", { exclude: ["web:db-1"] }, ["db-2"]],
  ])("%s", (_name, request, expected) => {
    expect(names(request)).toEqual(expected);
  });

  test("--rerun takes the hosts of a run that are still there", () => {
    const rerun = { which: "failed" as const, run: "01JD4", hosts: ["db-1", "gone-1"] as never };
    expect(names({ rerun: { which: "failed" } }, { ...nothing, rerun })).toEqual(["db-1"]);
  });
});

describe("the limit grammar", () => {
  test.each<[string, string[]]>([
    ["web:db-1", ["web-1", "db-1", "web-2", "web-3"]],
    ["web,db-1", ["web-1", "db-1", "web-2", "web-3"]],
    ["web:&prod", ["web-1", "web-2"]],
    ["&prod:web", ["web-1", "web-2"]],
    ["web:&prod:!web-2", ["web-1"]],
    ["!web-2:&prod:web", ["web-1"]],
    ["&prod", ["web-1", "db-1", "web-2"]],
    ["!db*", ["web-1", "web-2", "web-3"]],
    ["all:!web", ["db-1", "db-2"]],
    ["*", ["web-1", "db-1", "web-2", "web-3", "db-2"]],
    ["*-1", ["web-1", "db-1"]],
    ["w*", ["web-1", "web-2", "web-3"]],
    ["~(web|db)-1", ["web-1", "db-1"]],
    ["~.*-[23]$", ["web-2", "web-3", "db-2"]],
    ["~web-\\d{1,2}:!web-1", ["web-2", "web-3"]],
    ["web[0]", ["web-1"]],
    ["web[-1]", ["web-3"]],
    ["web[0:1]", ["web-1", "web-2"]],
    ["web[1:]", ["web-2", "web-3"]],
    ["web[-2:]", ["web-2", "web-3"]],
    ["web[1-2]", ["web-2", "web-3"]],
    ["web-*[0]", ["web-1"]],
    ["web-[1-2]", ["web-1", "web-2"]],
    ["web-[12]", ["web-1", "web-2"]],
    ["{web,db}-1", ["web-1", "db-1"]],
    [" web-1 , db-1 ", ["web-1", "db-1"]],
    ["web::db-1", ["web-1", "db-1", "web-2", "web-3"]],
  ])("%s", (expression, expected) => {
    expect(names({ limit: [expression] })).toEqual(expected);
  });

  test("reads terms from files, with comments", () => {
    const files = new Map([["list.txt", "# the web servers\nweb  # all of them\n\n!web-2\r\n"]]);
    expect(names({ limit: ["@list.txt"] }, { files })).toEqual(["web-1", "web-3"]);
    expect(names({ limit: ["all:!@list.txt"] }, { files })).toEqual(["db-1", "web-2", "db-2"]);
  });

  test("tells the place of a mistake in a file", () => {
    const files = new Map([["list.txt", "web\n  ~(\n@other.txt\n"]]);
    const selected = selectWith({ limit: ["@list.txt"] }, { files });
    expect(selected.ok ? [] : selected.error.map(({ at }) => [at?.line, at?.column])).toEqual([
      [2, 3],
      [3, 1],
    ]);
  });

  test.each([
    ["~(", "Invalid regular expression"],
    [`~${"a".repeat(201)}`, "more than 200 characters"],
    ["&", "stands alone"],
    ["@", "@ needs a file"],
    [":", "it is empty"],
  ])("%s cannot be read", (expression, why) => {
    const [[code, what] = []] = failures({ limit: [expression] });
    expect(code).toBe("inventory/bad-pattern");
    expect(what).toContain(why);
  });
});

describe("a selection", () => {
  test("says of each host why it is there", () => {
    const selected = selectWith({ patterns: ["web:&prod"], tags: ["e*"], roles: ["nginx"] });
    expect(selected.ok && selected.value.hosts.map(({ because }) => because)).toEqual([
      ["pattern web:&prod", "--tag e* (eu)", "--role nginx"],
    ]);
  });

  test("says which hosts were left out, and by what", () => {
    const selected = selectWith({ groups: ["web"], exclude: ["~.*-[12]$"] });
    expect(selected.ok && selected.value.excluded).toEqual([
      { name: "web-1", because: "--exclude ~.*-[12]$" },
      { name: "web-2", because: "--exclude ~.*-[12]$" },
    ]);
  });

  test("is unrestricted only when nothing at all was asked for", () => {
    const unrestricted = (request: Partial<SelectionRequest>) => {
      const selected = selectWith(request);
      return selected.ok && selected.value.unrestricted;
    };
    expect(unrestricted({})).toBe(true);
    expect(unrestricted({ groups: ["all"] })).toBe(false);
    expect(unrestricted({ exclude: ["db"] })).toBe(false);
  });

  test("warns about globs that match nothing while others match", () => {
    const selected = selectWith({ hosts: ["web-1", "mail-*"], exclude: ["cache*"] });
    expect(selected.ok && selected.value.warnings.map(({ what }) => what)).toEqual([
      'the pattern "mail-*" matches no host',
      'the pattern "cache*" matches no host',
    ]);
  });

  test("tells every name that does not exist, with the nearest one that does", () => {
    expect(
      failures({
        hosts: ["wbe-1"],
        groups: ["wed"],
        tags: ["ue"],
        roles: ["ngnix"],
        limit: ["web-9"],
        exclude: ["bd"],
      }),
    ).toEqual([
      ["inventory/unknown-host", 'no host is named "wbe-1"', "did you mean web-1?"],
      ["inventory/unknown-group", 'no group is named "wed"', "did you mean web?"],
      ["inventory/unknown-tag", 'no host has the tag "ue"', "did you mean eu?"],
      ["inventory/unknown-role", 'no host has the role "ngnix"', "did you mean nginx?"],
      ["inventory/unknown-host", 'no host and no group is named "web-9"', "did you mean web-1?"],
      ["inventory/unknown-host", 'no host and no group is named "bd"', "did you mean db?"],
    ]);
  });

  test("that is empty fails, and says how much each flag matches", () => {
    const selected = selectWith({ groups: ["db"], roles: ["nginx"] });
    expect(selected.ok ? [] : selected.error).toEqual([
      {
        code: "inventory/nothing-selected",
        what: "no host is selected",
        found: "of 5 hosts, --group db matches 2; --role nginx matches 3",
        next: "loosen the flags: they narrow each other",
      },
    ]);
  });

  test("that is empty through a glob suggests the nearest one", () => {
    expect(failures({ patterns: ["wbe-*"] })).toEqual([
      ["inventory/nothing-selected", "no host is selected", "did you mean web-*?"],
    ]);
  });

  test("that is empty through --exclude says so", () => {
    const [[code, what] = []] = failures({ groups: ["db"], exclude: ["db-*"] });
    expect([code, what]).toEqual([
      "inventory/nothing-selected",
      "no host is left: --exclude takes out every host that was selected",
    ]);
  });

  test("of an empty group is empty, not unknown", () => {
    expect(failures({ groups: ["empty"] }).map(([code]) => code)).toEqual(["inventory/nothing-selected"]);
    expect(failures({ limit: ["empty"] }).map(([code]) => code)).toEqual(["inventory/nothing-selected"]);
  });
});
