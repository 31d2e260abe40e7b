import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failure } from "../../../src/domain/outcome/failure.ts";
import {
  advance,
  beginReboot,
  type RebootEvent,
  type RebootState,
  resumeAt,
} from "../../../src/domain/reboot/machine.ts";

const trouble = failure("reboot/hook", "it did not work");
const ok: RebootEvent = { kind: "ok" };
const failed: RebootEvent = { kind: "failed", error: trouble };

/** Goes on with success until the phase, then with this event; gives the phases that follow, and the end. */
function from(phase: string, event: RebootEvent, then: RebootEvent = ok, kept = false): string[] {
  let state: RebootState = beginReboot(kept);
  while (state.kind === "at" && state.phase !== phase) state = advance(state, ok);
  state = advance(state, event);
  const seen: string[] = [];
  while (state.kind === "at") {
    seen.push(state.phase);
    state = advance(state, then);
  }
  return [...seen, state.kind === "ended" ? `ended, slot ${state.slot}` : state.kind];
}

describe("a reboot", () => {
  test("takes a slot before hooks, proves itself before the host is back in service, and frees the slot last", () => {
    expect(from("slot", ok)).toEqual([
      "before",
      "recheck",
      "issue",
      "down",
      "up",
      "verify",
      "after",
      "soak",
      "release",
      "done",
    ]);
  });

  test("waits until it disturbs nobody before it takes a slot, and leaves everything as it was where that takes too long", () => {
    expect(beginReboot(false)).toMatchObject({ phase: "quiet" });
    expect(from("quiet", ok)[0]).toBe("slot");
    expect(from("quiet", failed)).toEqual(["ended, slot free"]);
    expect(from("quiet", failed, ok, true)).toEqual(["ended, slot kept"]);
  });

  test("that gets no slot leaves everything as it was", () =>
    expect(from("slot", failed)).toEqual(["ended, slot free"]));

  test.each(["before", "recheck", "issue"])(
    "that fails at %s puts the host back into service first, then frees the slot",
    (phase) => expect(from(phase, failed)).toEqual(["undo", "give-back", "ended, slot free"]),
  );

  test("keeps the slot when the host cannot be put back into service", () =>
    expect(from("before", failed, failed)).toEqual(["undo", "ended, slot kept"]));

  test.each(["down", "up", "verify", "after", "soak"])("that fails at %s keeps its slot", (phase) =>
    expect(from(phase, failed)).toEqual(["ended, slot kept"]),
  );

  test("goes on to the proof when nobody knows whether it was issued", () =>
    expect(from("issue", { kind: "unknown", error: trouble })[0]).toBe("down"));

  test("tells the first trouble, not what came of it", () => {
    let state = advance({ kind: "at", phase: "before", kept: false }, failed);
    while (state.kind === "at") state = advance(state, { kind: "failed", error: failure("reboot/store", "later") });
    expect(state).toMatchObject({ error: { code: "reboot/hook", cause: { code: "reboot/store" } } });
  });

  test("never frees a slot of a host that may be down, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("ok", "failed", "unknown"), { maxLength: 20 }), (kinds) => {
        let state: RebootState = beginReboot(false);
        let issued = false;
        let verified = false;
        for (const kind of kinds) {
          if (state.kind !== "at") break;
          if (state.phase === "issue" && kind !== "failed") issued = true;
          if (state.phase === "soak" && kind === "ok") verified = true;
          state = advance(state, kind === "ok" ? ok : { kind: kind as "failed", error: trouble });
        }
        return !(state.kind === "ended" && state.slot === "free" && issued && !verified);
      }),
    );
  });
});

describe("a reboot of a host that is out of service since an earlier one", () => {
  test.each(["slot", "before", "recheck", "issue"])(
    "leaves it as it is when it fails at %s: it is not put back into service, and keeps its slot",
    (phase) => expect(from(phase, failed, ok, true)).toEqual(["ended, slot kept"]),
  );

  test("frees the slot once it is well, and never before", () => {
    expect(from("soak", ok, ok, true)).toEqual(["release", "done"]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom("ok", "failed", "unknown"), { maxLength: 20 }), (kinds) => {
        let state: RebootState = beginReboot(true);
        for (const kind of kinds) {
          if (state.kind !== "at") break;
          state = advance(state, kind === "ok" ? ok : { kind: kind as "failed", error: trouble });
        }
        return state.kind !== "ended" || state.slot === "kept";
      }),
    );
  });
});

describe("a reboot that another process goes on with", () => {
  test.each([
    ["quiet", false, "quiet"],
    ["slot", false, "quiet"],
    ["before", false, "quiet"],
    ["issue", false, "down"],
    ["issue", true, "verify"],
    ["up", true, "verify"],
    ["soak", true, "soak"],
    ["undo", false, "quiet"],
  ] as const)("begins at %s, boot id moved %s, with %s", (phase, moved, next) =>
    expect(resumeAt(phase, moved)).toMatchObject({ kind: "at", phase: next }),
  );
});
