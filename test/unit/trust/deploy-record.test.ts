import { describe, expect, test } from "vitest";
import { type HostName, parseHostName, parseStorePath, type StorePath } from "../../../src/domain/ids.ts";
import { deployRecord, nextSerial } from "../../../src/domain/trust/deploy-record.ts";

const host = parseHostName("web-1") as HostName;
const system = parseStorePath("/nix/store/00000000000000000000000000000000-nixfleet-web-1") as StorePath;
const now = 1_800_000_000;

describe("a deploy record", () => {
  test("says what, for whom, in what order and until when", () => {
    const order = { what: "activate", system, description: null, mode: "live" } as const;
    expect(deployRecord(host, order, { serial: 7 }, now)).toBe(
      `format\t1\nwhat\tactivate\nhost\tweb-1\nserial\t7\nnot-after\t${now + 3600}\nsystem\t${system}\ndescription\t-\nmode\tlive\n`,
    );
  });

  test("names the serial that it does not follow, and the keys that are believed from then on", () => {
    const text = deployRecord(host, { what: "trust", keys: ["a:A", "b:B"] }, { serial: 7, override: 9 }, now);
    expect(text).toContain("serial\t7\noverride\t9\n");
    expect(text).toContain("key\ta:A\nkey\tb:B\n");
  });

  test("names the program that comes behind it, by its digest and size", () => {
    const order = { what: "program", sha256: "0".repeat(64), bytes: 12 } as const;
    expect(deployRecord(host, order, { serial: 7 }, now)).toContain(`program\t${"0".repeat(64)}\nbytes\t12\n`);
  });
});

describe("the serial", () => {
  test("is the time, as long as that grows", () => {
    expect(nextSerial(host, now, 0, false)).toEqual({ ok: true, value: { serial: now } });
    expect(nextSerial(host, now, now - 1, false)).toEqual({ ok: true, value: { serial: now } });
  });

  test("follows the host's where somebody's clock is a little ahead", () => {
    expect(nextSerial(host, now, now, false)).toEqual({ ok: true, value: { serial: now + 1 } });
    expect(nextSerial(host, now, now + 3599, false)).toEqual({ ok: true, value: { serial: now + 3600 } });
  });

  test("does not follow one that could use serials up, unless somebody insists", () => {
    expect(nextSerial(host, now, 999_999_999_999, false)).toMatchObject({
      ok: false,
      error: { code: "host/serial-ahead", host: "web-1" },
    });
    expect(nextSerial(host, now, 999_999_999_999, true)).toEqual({
      ok: true,
      value: { serial: now, override: 999_999_999_999 },
    });
  });
});
