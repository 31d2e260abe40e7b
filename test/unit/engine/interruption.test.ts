import { expect, test } from "vitest";
import { createInterruption } from "../../../src/engine/interruption.ts";

test("the first signal drains, the second detaches, the third exits", () => {
  const interruption = createInterruption();
  expect(interruption.signal("SIGINT")).toBe("draining");
  expect(interruption.draining.aborted).toBe(true);
  expect(interruption.detached.aborted).toBe(false);
  expect(interruption.signal("SIGINT")).toBe("detached");
  expect(interruption.detached.aborted).toBe(true);
  expect(interruption.signal("SIGINT")).toBe("exiting");
});

test("the first signal decides the exit code", () => {
  const interruption = createInterruption();
  interruption.signal("SIGTERM");
  interruption.signal("SIGINT");
  expect(interruption.first).toBe("SIGTERM");
});
