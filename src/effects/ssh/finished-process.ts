import type { RemoteOutcome, RemoteProcess } from "../../ports/transport.ts";

/** A command that was over before it began. */
export const finishedProcess = (outcome: RemoteOutcome): RemoteProcess => ({
  outcome: Promise.resolve(outcome),
  write: async () => {},
  end: () => {},
});
