import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRecordParser, type HostRecord } from "../../src/domain/host/protocol.ts";
import { parseAnswer, recordTable, recordText, recordTexts } from "../../src/domain/host/records.ts";

const frame = (name: string, value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from(`NF1 ${name} ${bytes.length}\n`), bytes, Buffer.from("\n")]);
};
const answer = (...frames: readonly Buffer[]): Buffer => Buffer.concat([...frames, frame("end", "0")]);

const records = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/).filter((name) => name !== "end"),
    value: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 8 },
);

/** Cuts bytes at arbitrary places. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe("the records of an answer", () => {
  test("come out as they were sent, however the bytes are cut into chunks", () => {
    fc.assert(
      fc.property(records, fc.array(fc.nat()), fc.integer({ min: 0, max: 255 }), (sent, cuts, code) => {
        const bytes = Buffer.concat([...sent.map(({ name, value }) => frame(name, value)), frame("end", String(code))]);
        const parser = createRecordParser();
        const got: HostRecord[] = [];
        for (const piece of pieces(bytes, cuts)) {
          const result = parser.push(piece);
          if (!result.ok) throw new Error(result.error.what);
          got.push(...result.value);
        }
        expect(parser.finish()).toEqual({ ok: true, value: code });
        expect(got.slice(0, -1).map(({ name, value }) => ({ name, value: [...value] }))).toEqual(
          sent.map(({ name, value }) => ({ name, value: [...value] })),
        );
      }),
    );
  });

  test("are not an answer when the stream was cut anywhere before its end", () => {
    const whole = answer(frame("hostname", "web-1"), frame("state", '{"a":"NF1 end 1\\n0\\n"}'));
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseAnswer(whole.subarray(0, length)), `cut at ${length}`).toMatchObject({
        ok: false,
        error: { code: "host/cut-off" },
      });
    }
    expect(parseAnswer(whole).ok).toBe(true);
  });

  test("never make the parser throw, whatever a host prints", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.boolean(), (noise, framed) => {
        const result = parseAnswer(framed ? Buffer.concat([Buffer.from("NF1 "), noise]) : noise);
        expect(result.ok).toBe(false);
      }),
    );
  });

  test.each([
    ["a greeting of a login script", "Welcome!\n"],
    ["a name with a control character", "NF1 ho\u001bst 1\nx\n"],
    ["a name in capitals", "NF1 Host 1\nx\n"],
    ["a negative length", "NF1 host -1\nx\n"],
    ["a length with a leading zero", "NF1 host 01\nx\n"],
    ["a length that is no number", "NF1 host 1e3\nx\n"],
    ["a value longer than announced", "NF1 host 1\nxy\n"],
    ["a length beyond all reason", "NF1 host 9999999999\nx\n"],
    ["another protocol", "NF2 host 1\nx\n"],
    ["an exit code beyond 255", "NF1 end 3\n256\n"],
    ["an exit code that is no number", "NF1 end 2\n-1\n"],
    ["bytes behind the end", "NF1 end 1\n0\nmore"],
    ["a record behind the end", "NF1 end 1\n0\nNF1 host 1\nx\n"],
    ["a header that never ends", "x".repeat(200)],
  ])("are refused with %s", (_, text) => {
    expect(parseAnswer(Buffer.from(text))).toMatchObject({ ok: false, error: { code: "host/protocol" } });
  });

  test("stay refused once they were", () => {
    const parser = createRecordParser();
    expect(parser.push(Buffer.from("nonsense\n")).ok).toBe(false);
    expect(parser.push(answer()).ok).toBe(false);
    expect(parser.finish().ok).toBe(false);
  });

  test("of one name form a list, and the last of them is the value", () => {
    const parsed = parseAnswer(answer(frame("unit.failed", "a"), frame("unit.failed", "b"), frame("t", "1\t2\n3\t4")));
    if (!parsed.ok) throw new Error(parsed.error.what);
    expect(recordTexts(parsed.value.records, "unit.failed")).toEqual(["a", "b"]);
    expect(recordText(parsed.value.records, "unit.failed")).toBe("b");
    expect(recordText(parsed.value.records, "nothing")).toBeUndefined();
    expect(recordTable(parsed.value.records, "t")).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
  });
});
