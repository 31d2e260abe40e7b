import { describe, expect, test } from "vitest";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { onceUp } from "../../../src/engine/once-up.ts";
import type { Recovered } from "../../../src/engine/recover-host.ts";
import { examplePlan } from "../../support/example-plan.ts";

const away: Recovered = { kind: "failed", error: failure("transport/timeout", "no answer") };
const done: Recovered = { kind: "done" };

/** A host with a reboot that may take a minute, or without one, which answers from the given second on. */
async function tries(reboots: boolean, answersAtMs: number, answer: Recovered = done) {
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const [plain] = examplePlan.hosts.flatMap(({ steps }) => steps);
  const steps = reboots ? [{ ...plain, kind: "reboot", upMs: 60_000 }] : [plain];
  const outcome = await onceUp(
    { steps } as unknown as Parameters<typeof onceUp>[0],
    { clock, signal: new AbortController().signal },
    async () => (now >= answersAtMs ? answer : away),
  );
  return { outcome, now };
}

describe("a host that an earlier process left in flight", () => {
  test("is waited for while its reboot may take", async () => {
    expect(await tries(true, 45_000)).toMatchObject({ outcome: done });
    expect((await tries(true, 90_000)).outcome).toEqual(away);
  });

  test("is asked once when it was not to reboot", async () => {
    expect(await tries(false, 2_000)).toEqual({ outcome: away, now: 0 });
  });

  test("is not asked again after any answer, a bad one too", async () => {
    const failed: Recovered = { kind: "failed", error: failure("host/activation", "it failed part-way") };
    expect(await tries(true, 0, failed)).toEqual({ outcome: failed, now: 0 });
  });
});
