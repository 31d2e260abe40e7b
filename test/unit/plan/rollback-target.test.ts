/** Where "previous" lies, whichever way the host came to what it runs. */
import { describe, expect, test } from "vitest";
import type { Generation } from "../../../src/domain/ids.ts";
import { rollbackTarget } from "../../../src/domain/plan/rollback-target.ts";
import { facts, host, store } from "../../support/plan-builders.ts";

const generation = (number: number, letter: string) => ({
  generation: number as Generation,
  system: store(letter, "closure"),
  at: 1_800_000_000,
});
const generations = [generation(1, "a"), generation(2, "b"), generation(3, "c")];
const on = (number: number, letter: string | null) => {
  const system = letter === null ? null : store(letter, "closure");
  return facts({ live: system, committed: system, generation: number as Generation, generations });
};
/** The same, with the host's own record of what ran before. */
const having = (number: number, letter: string, before: string) => {
  const seen = on(number, letter);
  const system = store(letter, "closure");
  const record = {
    format: 1,
    generation: number,
    manifestSha256: "",
    appliedAt: "",
    appliedBy: "",
    revision: null,
  } as const;
  return { ...seen, state: { ...record, system, previous: store(before, "closure"), run: "r" } };
};
const previous = (seen: ReturnType<typeof on>) => {
  const target = rollbackTarget(host("web-1"), seen, "previous");
  return target.ok && target.value.kind === "closure" ? target.value.system : target;
};

describe("the previous generation", () => {
  test("is the newest older one", () => {
    expect(previous(on(3, "c"))).toBe(store("b", "closure"));
  });

  test("is what ran before, when the host went back and then forward another way", () => {
    expect(previous(having(3, "c", "a"))).toBe(store("a", "closure"));
  });

  test("goes further back on a host that came from something newer", () => {
    expect(previous(having(2, "b", "c"))).toBe(store("a", "closure"));
  });

  test("is the newest older one when somebody else changed what runs since", () => {
    expect(previous({ ...on(3, "c"), state: having(2, "b", "a").state })).toBe(store("b", "closure"));
  });

  test("is nothing managed at all before the first", () => {
    expect(previous(on(1, "a"))).toMatchObject({ ok: true, value: { kind: "empty" } });
  });

  test("is the newest of all on a host that went back to nothing", () => {
    expect(previous(on(0, null))).toBe(store("c", "closure"));
  });

  test("does not exist where nothing was ever applied", () => {
    const fresh = facts({ live: null, committed: null, generation: 0 as Generation, generations: [] });
    expect(previous(fresh)).toMatchObject({ ok: false, error: { code: "plan/no-generation" } });
  });
});
