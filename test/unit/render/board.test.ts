import { describe, expect, test } from "vitest";
import { headline, renderBoard } from "../../../src/cli/render/board.ts";
import { type BoardState, emptyBoard, foldBoard } from "../../../src/cli/render/board-state.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import {
  hostFinished,
  phaseProgressed,
  phaseStarted,
  planMade,
  rolloutTold,
  runStarted,
} from "../../../src/domain/outcome/event-bodies.ts";
import type { RunEvent } from "../../../src/domain/outcome/events.ts";
import { host, sha } from "../../support/plan-builders.ts";
import { eventsOf, exampleEvents, startMs } from "../../support/run-events.ts";

const boardAfter = (events: readonly RunEvent[]): BoardState => events.reduce(foldBoard, emptyBoard());
const view = { nowMs: startMs + 65_000, width: 80, style: plainStyle };

describe("the board", () => {
  test("is empty before anything happens", () => {
    expect(renderBoard(emptyBoard(), view)).toEqual([]);
  });

  test("shows what the whole run is at, with how far it is", () => {
    expect(renderBoard(boardAfter(exampleEvents.slice(0, 5)), view)).toEqual([
      "[01:05] apply: build 3/12",
      "  build 3/12  01:03  nginx-1.28.1",
    ]);
  });

  test("says how much of a closure has travelled", () => {
    const name = host("web-1");
    const amounts = { host: name, done: 3, expected: 10, bytes: 12 * 2 ** 20, expectedBytes: 40 * 2 ** 20 };
    const events = eventsOf([
      runStarted("0.1.0", "apply", "ann@desk"),
      planMade(sha("b"), 1, 1),
      phaseStarted("copy", name),
      phaseProgressed("copy", `/nix/store/${"a".repeat(32)}-linux-6.12.41`, amounts),
    ]);
    expect(renderBoard(boardAfter(events), view)[1]).toMatch(
      /^ {2}web-1 {2}copy 3\/10, 12 MiB of 40 MiB {2}\d\d:\d\d {2}linux-6\.12\.41$/,
    );
  });

  test("counts hosts by phase and outcome, and names those that take longest", () => {
    const hosts = Array.from({ length: 1000 }, (_, index) => host(`web-${index + 1}`));
    const events = eventsOf([
      runStarted("0.1.0", "apply", "ann@desk"),
      planMade(sha("b"), 1000, 1000),
      ...hosts.slice(0, 20).map((name) => phaseStarted("copy", name)),
      ...hosts.slice(20, 25).map((name) => phaseStarted("activate", name)),
      ...hosts.slice(0, 3).map((name) => hostFinished({ name, status: "changed", from: null, to: null, ms: 1 })),
    ]);
    const lines = renderBoard(boardAfter(events), view);
    expect(lines[0]).toBe("[01:05] apply: 3 changed, 22 running (copy 17, activate 5), 975 waiting");
    expect(lines.slice(1).map((line) => line.split("  ")[1])).toEqual(["web-4", "web-5", "web-6"]);
  });

  test("says what is being waited for while no host is at work", () => {
    const [first, second] = [host("web-1"), host("web-2")];
    const bodies = [
      runStarted("0.1.0", "apply", "ann@desk"),
      planMade(sha("b"), 2, 2),
      phaseStarted("activate", first),
      hostFinished({ name: first, status: "changed", from: null, to: null, ms: 1 }),
      rolloutTold("info", "stage 1 of 2 (canary) is through and soaks for 10m"),
    ];
    expect(headline(boardAfter(eventsOf(bodies)), startMs + 65_000)).toBe(
      "[01:05] apply: 1 changed, 1 waiting, stage 1 of 2 (canary) is through and soaks for 10m",
    );
    expect(headline(boardAfter(eventsOf([...bodies, phaseStarted("copy", second)])), startMs + 65_000)).toBe(
      "[01:05] apply: 1 changed, 1 running (copy 1)",
    );
  });

  test("keeps its columns, and shortens store paths to what they hold", () => {
    const path = `/nix/store/${"a".repeat(32)}-nginx-1.28.1`;
    const events = eventsOf([
      runStarted("0.1.0", "apply", "ann@desk"),
      planMade(sha("b"), 2, 2),
      phaseStarted("copy", host("web-1")),
      phaseProgressed("copy", path, { host: host("web-1"), done: 3, expected: 12 }),
      phaseStarted("activate", host("web-10")),
    ]);
    expect(renderBoard(boardAfter(events), view).slice(1)).toEqual([
      "  web-1   copy 3/12  01:04  nginx-1.28.1",
      "  web-10  activate   01:03",
    ]);
  });

  test("never has more than ten lines, nor wider ones than the terminal", () => {
    for (let end = 0; end <= exampleEvents.length; end++) {
      const lines = renderBoard(boardAfter(exampleEvents.slice(0, end)), { ...view, width: 40 });
      expect(lines.length).toBeLessThanOrEqual(10);
      expect(lines.filter((line) => line.length >= 40)).toEqual([]);
    }
  });

  test("does not count a host as waiting that ended without starting", () => {
    const state = boardAfter(exampleEvents);
    expect(headline(state, startMs + 41_000)).not.toMatch(/waiting/);
  });
});
