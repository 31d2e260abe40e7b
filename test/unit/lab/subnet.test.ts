import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bridgeAddress,
  capacity,
  formatSubnet,
  machineAddress,
  overlap,
  parseRouteTarget,
  parseSubnet,
  type Subnet,
  USUAL_SUBNETS,
} from "../../../src/domain/lab/subnet.ts";

const subnet = (text: string): Subnet => {
  const parsed = parseSubnet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

describe("a lab's subnet", () => {
  test("gives its first address to the bridge and the ones from eleven on to machines", () => {
    const usual = subnet(USUAL_SUBNETS[0]);
    expect(bridgeAddress(usual)).toBe("198.18.0.1");
    expect(machineAddress(usual, 1)).toBe("198.18.0.11");
    expect(machineAddress(subnet("198.18.0.224/27"), 20)).toBe("198.18.0.254");
  });

  test("has room for twenty machines even when it is the smallest", () => {
    expect(capacity(subnet("198.18.0.224/27"))).toBe(20);
  });

  test("counts over the borders of octets", () => {
    expect(machineAddress(subnet("198.18.0.0/16"), 300)).toBe("198.18.1.54");
  });

  test.each(["198.18.0.0", "198.18.0.0/8", "198.18.0.0/28", "198.18.0.1/24", "198.18.0.256/27", "fd00::/64", ""])(
    "cannot be %j",
    (text) => {
      expect(parseSubnet(text)).toMatchObject({ ok: false, error: { code: "lab/bad-option", found: text } });
    },
  );

  test("never gives an address outside of itself, and none twice", () => {
    const subnets = fc
      .record({ third: fc.nat(255), prefix: fc.integer({ min: 20, max: 27 }) })
      .map(({ third, prefix }) => {
        const size = 2 ** (32 - prefix);
        const base = 0xc6120000 + Math.floor((third * 256) / size) * size;
        return { base, prefix };
      });
    fc.assert(
      fc.property(subnets, (chosen) => {
        const room = Math.min(capacity(chosen), 300);
        const addresses = Array.from({ length: room }, (_, index) => machineAddress(chosen, index + 1));
        expect(new Set([...addresses, bridgeAddress(chosen)]).size).toBe(room + 1);
        for (const address of addresses) {
          const alone = parseRouteTarget(address);
          expect(alone !== undefined && overlap(alone, chosen)).toBe(true);
        }
        expect(parseSubnet(formatSubnet(chosen))).toEqual({ ok: true, value: chosen });
      }),
    );
  });
});

describe("two networks", () => {
  const route = (text: string): Subnet => parseRouteTarget(text) ?? subnet(text);

  test.each([
    ["198.18.0.0/25", "198.18.0.0/24"],
    ["198.18.0.5", "198.18.0.0/25"],
    ["0.0.0.0/0", "198.18.0.0/25"],
  ])("%s and %s overlap", (one, other) => {
    expect([overlap(route(one), route(other)), overlap(route(other), route(one))]).toEqual([true, true]);
  });

  test.each([
    ["198.18.0.0/25", "198.18.0.128/25"],
    ["10.0.0.0/8", "198.18.0.0/16"],
  ])("%s and %s do not", (one, other) => {
    expect([overlap(route(one), route(other)), overlap(route(other), route(one))]).toEqual([false, false]);
  });

  test("are not read out of words", () => {
    expect([parseRouteTarget("default"), parseRouteTarget("eth0"), parseRouteTarget("fe80::1")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
