import { describe, expect, test } from "vitest";
import { awaitingIn } from "../../src/domain/host/awaiting.ts";
import { healthTrouble, parseHealth } from "../../src/domain/host/health.ts";
import type { HostRecord } from "../../src/domain/host/protocol.ts";

const record = (name: string, value: string): HostRecord => ({ name, value: new TextEncoder().encode(value) });
const none = { before: [], now: [] };

describe("an activation that waits", () => {
  const token = "0123456789abcdef0123456789abcdef";

  test("tells its token and the seconds that are left", () => {
    expect(awaitingIn(record("awaiting", `${token}\t57`))).toEqual({ token, secondsLeft: 57 });
  });

  test.each(["", token, `${token}\tsoon`, `$(reboot)\t57`, `${token}\t57\t1`])("is not read from %j", (text) => {
    expect(awaitingIn(record("awaiting", text))).toBeUndefined();
  });
});

describe("health", () => {
  test("is trouble when a check is unhealthy, and also when it could not be asked", () => {
    const answer = parseHealth([
      record("health", "web\thealthy\t-"),
      record("health", "api\tunhealthy\tanswered 503"),
      record("health", "db\tunknown\tno bash to connect with"),
    ]);
    expect(answer.ok && healthTrouble(answer.value, none)).toBe("api: answered 503; db: no bash to connect with");
  });

  test("is trouble when a unit failed that was well before", () => {
    expect(healthTrouble([], { before: ["old.service"], now: ["old.service", "new.service"] })).toBe(
      "new.service failed",
    );
    expect(healthTrouble([], { before: ["old.service"], now: ["old.service"] })).toBeUndefined();
  });

  test.each(["web", "web\tfine\t-", "\thealthy\t-", "web\thealthy\t-\tmore"])("is refused as %j", (row) => {
    expect(parseHealth([record("health", row)])).toMatchObject({ ok: false, error: { code: "host/facts" } });
  });
});
