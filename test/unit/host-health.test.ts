import { describe, expect, test } from "vitest";
import { awaitingIn } from "../../src/domain/host/awaiting.ts";
import { healthCommand, parseHealth } from "../../src/domain/host/health.ts";
import type { HostRecord } from "../../src/domain/host/protocol.ts";

const record = (name: string, value: string): HostRecord => ({ name, value: new TextEncoder().encode(value) });

describe("an activation that waits", () => {
  const token = "0123456789abcdef0123456789abcdef";

  test("tells its token and the seconds that are left", () => {
    expect(awaitingIn(record("awaiting", `${token}\t57`))).toEqual({ token, secondsLeft: 57 });
  });

  test.each(["", token, `${token}\tsoon`, `$(reboot)\t57`, `${token}\t57\t1`])("is not read from %j", (text) => {
    expect(awaitingIn(record("awaiting", text))).toBeUndefined();
  });
});

describe("one look at health", () => {
  test("tells what each check found, and what the deployer has to ask itself", () => {
    const answer = parseHealth([
      record("health", "web\thealthy\t-"),
      record("health", "api\tunhealthy\tanswered 503"),
      record("health.deployer", "public\t5\thttp\thttp://{addr}/\t200"),
      record("health.deployer", "ssh\t2\ttcp\t{addr}\t22"),
    ]);
    expect(answer).toEqual({
      ok: true,
      value: {
        checked: [
          { name: "web", state: "healthy", reason: undefined },
          { name: "api", state: "unhealthy", reason: "answered 503" },
        ],
        forDeployer: [
          { name: "public", timeoutMs: 5000, probe: { kind: "http", url: "http://{addr}/", expectStatus: 200 } },
          { name: "ssh", timeoutMs: 2000, probe: { kind: "tcp", host: "{addr}", port: 22 } },
        ],
      },
    });
  });

  test.each([
    ["health", "web"],
    ["health", "web\tfine\t-"],
    ["health", "\thealthy\t-"],
    ["health", "web\thealthy\t-\tmore"],
    ["health.deployer", "web\t5\thttp\tfile:///etc/shadow\t200"],
    ["health.deployer", "web\tlong\ttcp\thost\t80"],
    ["health.deployer", "web\t5\ttcp\thost\t0"],
    ["health.deployer", "web\t5\tcommand\treboot"],
  ])("is refused as %s %j", (name, row) => {
    expect(parseHealth([record(name, row)])).toMatchObject({ ok: false, error: { code: "host/facts" } });
  });

  test("asks for the checks of the inventory in the lines of a manifest", () => {
    const pace = { timeoutMs: 1500, intervalMs: 1000, minHealthyMs: 0, deadlineMs: null, retries: null } as const;
    const given = { declared: "inventory", ...pace } as const;
    const command = healthCommand(null, [
      { ...given, name: "a", from: "host", probe: { kind: "command", command: "test -e /srv" } },
      { ...given, name: "b", from: "deployer", probe: { kind: "tcp", host: "{addr}", port: 80 } },
    ]);
    expect(command).toMatchObject({ verb: "health", args: ["-"] });
    expect(new TextDecoder().decode(command.payload)).toBe(
      "check\ta\tcommand\t2\ttest -e /srv\ncheck\tb\tdeployer\t2\ttcp\t{addr}\t80\n",
    );
  });
});
