/** From an exit code other than 0, and the records beside it, to a Failure. */
import { type Failure, failure } from "../outcome/failure.ts";
import type { FailureCode } from "../outcome/failure-codes/index.ts";
import { lockIn } from "./lock.ts";
import type { HostRecord } from "./protocol.ts";
import { recordText, recordTexts } from "./records.ts";

/** The failure that a verb's exit code stands for. `problem` records hold the host's own words. */
export function refusalOf(records: readonly HostRecord[], code: number): Failure {
  const problems = recordTexts(records, "problem");
  const known = meanings[code];
  const step = recordText(records, "step");
  const detail = problems.length > 1 ? { detail: problems.join("\n") } : {};
  if (code === 75) return { ...lockedFailure(records), ...detail };
  if (code === 76) return movedFailure(records);
  if (code === 71) return rolledBack(problems, step);
  return failure(known?.code ?? "host/activation", known?.what ?? `the host program ended with exit code ${code}`, {
    ...(problems[0] === undefined ? {} : { found: problems[0] }),
    ...(step === undefined ? {} : { expected: `the step "${step}" to succeed` }),
    ...(known?.next === undefined ? {} : { next: known.next }),
    ...detail,
  });
}

const meanings: Readonly<Record<number, { code: FailureCode; what: string; next?: string }>> = {
  64: {
    code: "host/usage",
    what: "the host program did not understand its arguments",
    next: "on a restricted host nixfleet apply installs this version's program; where that fails, too, nixfleet bootstrap does",
  },
  65: { code: "host/refused", what: "the host refused the closure" },
  69: { code: "host/conflict", what: "the host refused the closure because something stands in its way" },
  70: { code: "host/activation", what: "the activation failed part-way", next: "correct the cause and apply again" },
  72: { code: "host/interrupted", what: "the activation was cut short", next: "apply again to finish it" },
  73: { code: "host/storage", what: "the host cannot write what the activation needs" },
  77: {
    code: "host/restricted",
    what: "the host is restricted and refuses this",
    next: "docs/trust.md says what it takes",
  },
  78: { code: "host/unsupported", what: "the host lacks something that NixFleet needs" },
};

/** What the host says of it is the news; that an earlier step failed before the confirmation matters, too. */
function rolledBack([first = "it did not say why", ...more]: readonly string[], step: string | undefined): Failure {
  const detail = more.length === 0 ? {} : { detail: [first, ...more].join("\n") };
  const expected = step === undefined || step === "confirm" ? {} : { expected: `the step "${step}" to succeed` };
  return failure("host/rolled-back", `went back to what it ran before: ${first}`, { ...expected, ...detail });
}

function lockedFailure(records: readonly HostRecord[]): Failure {
  const lock = lockIn(records);
  const activation = recordText(records, "activation");
  if (activation !== undefined) {
    return failure("host/locked", "an activation is going on on the host", {
      found: `run ${activation}`,
      next: "wait for its end: `nixfleet status` tells when nothing is going on any more",
    });
  }
  return failure("host/locked", "the host is locked", {
    ...(lock ? { found: `run ${lock.run} of ${lock.owner}: ${lock.reason}` } : {}),
    next: "wait for the other run: `nixfleet status` says who holds the lock",
  });
}

function movedFailure(records: readonly HostRecord[]): Failure {
  const system = recordText(records, "system.live") ?? "nothing";
  const generation = recordText(records, "generation.committed") ?? "0";
  return failure("host/moved", "the host is not in the state that the plan was made for", {
    found: `generation ${generation}, live ${system}`,
    next: "make a new plan",
  });
}
