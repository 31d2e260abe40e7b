import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderFailures } from "../../src/cli/render/failures.ts";
import { printable } from "../../src/cli/render/printable.ts";
import { createReporter } from "../../src/cli/render/reporter.ts";
import { renderRun, renderRuns } from "../../src/cli/render/runs.ts";
import { renderStatus } from "../../src/cli/render/status.ts";
import { plainStyle } from "../../src/cli/render/style.ts";
import type { HostName } from "../../src/domain/ids.ts";
import {
  diagnosed,
  hostFinished,
  hostPrinted,
  phaseEnded,
  phaseProgressed,
  phaseStarted,
  planMade,
  runEnded,
  runStarted,
} from "../../src/domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../../src/domain/outcome/event-error.ts";
import { eventSchema, type HostResult, hostStatuses, type RunEvent } from "../../src/domain/outcome/events.ts";
import { failure } from "../../src/domain/outcome/failure.ts";
import { ok } from "../../src/domain/outcome/result.ts";
import { assemble } from "../../src/domain/plan/assemble.ts";
import { assembleStatus } from "../../src/domain/status/assemble-status.ts";
import { anyRequest, hostileText } from "../support/arbitrary-plan.ts";
import { fakeStream } from "../support/fake-terminal.ts";
import { facts, host, ownedFile } from "../support/plan-builders.ts";
import { eventsOf, exampleRun } from "../support/run-events.ts";

/** Everything but line ends and tabs that could move a cursor, turn the direction of writing or hide text. */
const DANGEROUS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const anyFailure = fc
  .record({ what: hostileText, expected: hostileText, found: hostileText, detail: hostileText, next: hostileText })
  .map(({ what, ...rest }) => failure("host/command-failed", what, { ...rest, host: host("web-1") }));

const name = fc.constantFrom("web-1", "web-2", "db-1");
const anyEvents: fc.Arbitrary<RunEvent[]> = fc
  .record({
    verb: fc.constantFrom("apply", "run"),
    texts: fc.array(hostileText, { minLength: 8, maxLength: 8 }),
    error: anyFailure,
    host: name,
    status: fc.constantFrom(...hostStatuses),
  })
  .map(({ verb, texts, error, host: at, status }) => {
    const result: HostResult = { name: at, status, from: null, to: null, ms: 5, error: eventErrorOf(error) };
    return eventsOf([
      runStarted(texts[0]!, verb, texts[1]!),
      phaseStarted("build"),
      phaseProgressed("build", texts[2]!),
      planMade("b".repeat(64), 3, 3),
      phaseStarted("copy", at as HostName),
      phaseProgressed("copy", texts[3]!, { host: at as HostName }),
      hostPrinted(at as HostName, "task", "stdout", texts[4]!),
      hostPrinted(at as HostName, "activate", "stderr", texts[5]!),
      phaseEnded("copy", { host: at as HostName, ms: 3, error }),
      diagnosed(error, "warn"),
      hostFinished(result),
      runEnded({ exit: 5, ms: 1, hosts: [result] }),
    ]);
  });

function outputOf(
  use: (reporter: ReturnType<typeof createReporter>) => void,
  format: "human" | "plain",
  tty: boolean,
): string {
  const terminal = tty ? { isTTY: true, columns: 80, rows: 24 } : {};
  const [stdout, stderr] = [fakeStream(terminal), fakeStream(terminal)];
  const options = { format, verbosity: 3, color: "never", diff: "full" } as const;
  const reporter = createReporter(options, { stdout, stderr, env: {}, now: () => 0 }, "action");
  use(reporter);
  reporter.end();
  return stdout.text() + stderr.text();
}

const playing = (events: readonly RunEvent[]) => (reporter: ReturnType<typeof createReporter>) => {
  for (const event of events) reporter.event(event);
};

describe("whatever hosts say, no control character of theirs reaches the terminal", () => {
  test("from plans", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(outputOf((reporter) => reporter.plan(assemble(request)), "plain", false)).not.toMatch(DANGEROUS);
      }),
    );
  });

  test("from events", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const output = outputOf(playing(events), "plain", false);
        expect(output).not.toMatch(DANGEROUS);
      }),
    );
  });

  test("through the board, which itself moves only its own cursor", () => {
    // What log-update writes: synchronised updates, cursor visibility and movement, erasing.
    const ownSequences = /\u001b\[(\?(2026|25)[hl]|\d*[ABCDEFGJK])/g;
    fc.assert(
      fc.property(anyEvents, (events) => {
        const output = outputOf(playing(events), "human", true);
        expect(output.replace(ownSequences, "")).not.toMatch(DANGEROUS);
      }),
      { numRuns: 50 },
    );
  });

  test("from failures, statuses and recorded runs", () => {
    fc.assert(
      fc.property(anyFailure, anyEvents, hostileText, (error, events, text) => {
        const view = { style: plainStyle, width: 60, verbosity: 3 };
        const observed = ok(
          facts({
            kernel: text,
            os: { id: text, version: text, codename: text, pretty: text },
            files: [ownedFile(`/etc/${text}`, { currentSha256: "missing" })],
            failedUnits: { kind: "known", value: [text] },
            reboot: { needed: "yes", reasons: [text] },
            lock: { run: text, owner: text, reason: text, acquiredAt: 0, expiresAt: 1, expired: false },
          }),
        );
        const status = assembleStatus([{ host: { name: host("web-1"), base: "ubuntu" }, observed }], 0);
        const run = {
          run: exampleRun,
          verb: text,
          by: text,
          startedAt: "2027-01-15T08:00:00.000Z",
          hosts: 1,
          state: "died" as const,
          // No word of a command line holds a NUL.
          flags: [text.replaceAll("\u0000", "")],
        };
        const shown = [
          renderFailures([error, error]),
          renderStatus(status, view),
          renderRuns([run], plainStyle),
          renderRun({ ...run, folder: text, events, rollout: [], diagnostics: [] }, view),
        ];
        for (const output of shown) expect(output).not.toMatch(DANGEROUS);
      }),
    );
  });
});

test("every event that the builders make fits the published schema, whatever the texts", () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      for (const event of events)
        expect(eventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(JSON.parse(JSON.stringify(event)));
    }),
  );
});

test("printable text is one line, and plain text stays as it is", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(printable(text)).not.toMatch(/[\n\t]/);
      expect(printable(text)).not.toMatch(DANGEROUS);
      expect(printable(printable(text))).toBe(printable(text));
    }),
  );
  expect(printable("Grüße, 世界 👋 a\\b")).toBe("Grüße, 世界 👋 a\\b");
});
