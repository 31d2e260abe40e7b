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

test("every stage is told of until the watcher leaves", () => {
  const interruption = createInterruption();
  const told: string[] = [];
  const leave = interruption.watch((stage, signal) => told.push(`${signal} ${stage}`));
  interruption.signal("SIGINT");
  leave();
  interruption.signal("SIGINT");
  expect(told).toEqual(["SIGINT draining"]);
});
