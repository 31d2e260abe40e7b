import { describe, expect, test } from "vitest";
import { judgeHost } from "../../../src/domain/doctor/host.ts";
import type { ProgramVersion } from "../../../src/domain/host/program-version.ts";
import type { ResolvedHost } from "../../../src/domain/inventory/resolved.ts";
import { ok } from "../../../src/domain/outcome/result.ts";
import { facts } from "../../support/plan-builders.ts";

const ours: ProgramVersion = { number: 2, sha256: "2".repeat(64) };
const other = (number: number): ProgramVersion => ({ number, sha256: "9".repeat(64) });
const host = { name: "web-1", base: "ubuntu", system: "x86_64-linux", access: "restricted" } as unknown as ResolvedHost;
const reached = ok({ adapter: "ssh2", address: "10.0.0.1", user: "deploy", because: "" });

function findingFor(installed: ProgramVersion | undefined) {
  const program = installed === undefined ? {} : { program: installed };
  const known = ok(facts({ restricted: { host: "web-1", serial: 0, keys: [], ...program } }));
  return judgeHost({ host, reached, facts: known, program: ours }).find(({ check }) => check === "program");
}

describe("the program of a restricted host", () => {
  test("is fine when it is this version's", () => expect(findingFor(ours)?.state).toBe("ok"));

  test.each([
    ["another one", other(2), "the next nixfleet apply installs"],
    ["a newer one", other(3), "update nixfleet on this machine"],
    ["one that cannot tell", undefined, "nixfleet bootstrap installs"],
  ])("is warned of when it is %s, with what helps", (_what, installed, next) => {
    const finding = findingFor(installed);
    expect(JSON.stringify(finding)).toContain(next);
    expect(finding?.state).toBe("warn");
  });

  test("is nobody's business where access is full", () => {
    const known = ok(facts());
    const findings = judgeHost({ host, reached, facts: known, program: ours });
    expect(findings.map(({ check }) => check)).not.toContain("program");
  });
});
