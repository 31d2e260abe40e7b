import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFacts } from "../../src/domain/host/facts.ts";
import type { HostFacts } from "../../src/domain/observation/facts.ts";
import { aStorePath, type Fields, plainFacts, recordsOf } from "../support/host-answer.ts";

const parse = (changes: Fields = {}) => parseFacts(recordsOf({ ...plainFacts, ...changes }));
const facts = (changes: Fields = {}): HostFacts => {
  const parsed = parse(changes);
  if (!parsed.ok) throw new Error(`${parsed.error.what}: ${parsed.error.found}`);
  return parsed.value;
};
const file = (current: string, mode = "0644 root root") =>
  `/etc/motd\t${"1".repeat(64)}\t${current}\t0644 root root\t${mode}`;

describe("facts", () => {
  test("hold what the host said, in checked types", () => {
    expect(facts()).toMatchObject({
      hostname: "web-1",
      system: "x86_64-linux",
      live: aStorePath("a"),
      booted: null,
      generation: 2,
      generations: [{ generation: 1 }, { generation: 2, system: aStorePath("a"), at: 1795240547 }],
      failedUnits: { kind: "known", value: [] },
      disk: [{ mount: "/nix", freeBytes: 1000, freeInodes: 2000, totalBytes: 3000 }, { mount: "/" }],
      lock: null,
      interrupted: null,
      lastRun: { run: "01TEST", code: 0, at: 1795240547 },
    });
  });

  test("of a host that NixFleet never met are plain absences", () => {
    const bare = facts({
      "system.live": undefined,
      "system.committed": undefined,
      "generation.committed": "0",
      generation: undefined,
      "owned.file": undefined,
      "owned.unit": undefined,
      "nix.version": undefined,
      "nix.daemon": "missing",
      "last-run": undefined,
    });
    expect(bare).toMatchObject({ live: null, committed: null, generation: 0, files: [], units: [], state: null });
    expect(bare.nixVersion).toEqual({ kind: "absent" });
  });

  test("say unknown, with the reason, where the host could not find out", () => {
    const dim = facts({ "unit.query": "Failed to connect to bus", "nix.version": undefined, "nix.problem": "broken" });
    expect(dim.failedUnits).toEqual({ kind: "unknown", reason: "Failed to connect to bus" });
    expect(dim.nixVersion).toEqual({ kind: "unknown", reason: "broken" });
    expect(facts({ "unit.query": undefined }).failedUnits.kind).toBe("unknown");
  });

  test("tell a lock that has expired from one that holds", () => {
    expect(facts({ lock: "01RUN\tann@desk\tapply\t10\t20" }).lock).toMatchObject({ owner: "ann@desk", expired: false });
    expect(facts({ lock: "01RUN\tann@desk\tapply\t10\t20\texpired" }).lock).toMatchObject({ expired: true });
  });

  test("have another digest once a managed file's content, mode or presence changes", () => {
    const digests = [
      file("1".repeat(64)),
      file("3".repeat(64)),
      file("missing", "-"),
      file("other", "0777 root root"),
      file("1".repeat(64), "0600 root root"),
    ].map((row) => facts({ "owned.file": row }).filesDigest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(facts().filesDigest).toBe(facts({ "unit.failed": "x.service", time: "1" }).filesDigest);
  });

  test.each<[string, Fields]>([
    ["protocol", { protocol: "2" }],
    ["protocol", { protocol: undefined }],
    ["hostname", { hostname: undefined }],
    ["boot-id", { "boot-id": "not a uuid" }],
    ["arch", { arch: "x86_64; rm -rf /" }],
    ["time", { time: "-1" }],
    ["system.live", { "system.live": "/nix/store/../../etc" }],
    ["system.committed", { "system.committed": `${aStorePath("a")}/bin` }],
    ["generation.committed", { "generation.committed": "99999999999" }],
    ["generation", { generation: `x\t${aStorePath("a")}\t1` }],
    ["owned.file", { "owned.file": file("zz") }],
    ["owned.file", { "owned.file": file("1".repeat(64), "rwxr-xr-x root root") }],
    ["owned.unit", { "owned.unit": `web.service\t${"2".repeat(64)}\tmissing\tmaybe\tactive\tenabled` }],
    ["owned.unit", { "owned.unit": `web.service\t${"2".repeat(64)}\tmissing\tenabled\t\u001b[2J\tenabled` }],
    ["disk", { disk: "/nix\t-5\t1\t1" }],
    ["disk", { disk: "/nix\t5" }],
    ["reboot", { reboot: "perhaps" }],
    ["nix.daemon", { "nix.daemon": "resting" }],
    ["state", { state: '{"format":2}' }],
    ["state", { state: "{" }],
    ["lock", { lock: "01RUN\tann" }],
    ["activation", { activation: "01RUN; reboot" }],
    ["last-run", { "last-run": "01RUN\tzero\t1" }],
  ])("are refused when %s is not of its form: %o", (record, changes) => {
    expect(parse(changes)).toMatchObject({
      ok: false,
      error: { code: "host/facts", what: expect.stringContaining(`"${record}"`) },
    });
  });

  test("are refused or checked, but never crash, whatever one record holds", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(plainFacts)), fc.string({ unit: "binary" }), (name, text) => {
        expect(typeof parse({ [name]: text }).ok).toBe("boolean");
      }),
    );
  });
});
