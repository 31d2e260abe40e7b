import { describe, expect, test } from "vitest";
import { parseSimulation, suiteOf } from "../../../src/domain/apt/simulation.ts";

const parsed = (text: string) => {
  const simulation = parseSimulation(text);
  if (!simulation.ok) throw new Error(simulation.error.what);
  return simulation.value;
};

describe("apt's simulation", () => {
  // As apt 3.0 printed it on a machine of the lab.
  const recorded = `Remv nf-victim [1.0]
Inst linux-image-6.8.0-35-generic (6.8.0-35.35 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [all])
Inst linux-generic [6.8.0-31.31] (6.8.0-35.35 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [all])
Inst nf-masked [1.0] (1.2 Ubuntu:24.04/noble-updates [all])
Inst nf-vendor [1.0] (1.1 vendor [all])
Conf linux-generic (6.8.0-35.35 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [all])
`;

  test("names each package with its versions and where they come from", () => {
    const { installs, removals } = parsed(recorded);
    expect(removals).toEqual([{ name: "nf-victim", from: "1.0" }]);
    expect(installs.map(({ name, from, to, origins }) => [name, from, to, origins.map(suiteOf)])).toEqual([
      ["linux-image-6.8.0-35-generic", null, "6.8.0-35.35", ["noble-updates", "noble-security"]],
      ["linux-generic", "6.8.0-31.31", "6.8.0-35.35", ["noble-updates", "noble-security"]],
      ["nf-masked", "1.0", "1.2", ["noble-updates"]],
      ["nf-vendor", "1.0", "1.1", ["vendor"]],
    ]);
  });

  test.each([
    ["a remark on broken dependencies behind it", "Inst a [1] (2 Debian:12/stable [amd64]) []"],
    ["packages named in that remark", "Inst a [1] (2 Debian:12/stable [amd64]) [b:amd64 on c:amd64] [b:amd64 ]"],
    ["another architecture", "Inst libc6:i386 [2.39] (2.40 Ubuntu:24.04/noble-updates [i386])"],
    ["an origin without a version", "Inst google-cloud-cli [1] (2 cloud-sdk-bookworm:cloud-sdk-bookworm [all])"],
    ["no origin at all", "Inst a [1] (2 [amd64])"],
    ["a downgrade", "Inst a [1.1] (1.0 Ubuntu:24.04/noble [amd64])"],
  ])("is read with %s", (_, line) => expect(parsed(line).installs).toHaveLength(1));

  test("in a form that is not known is refused, not passed over", () => {
    expect(parseSimulation("Inst something else entirely")).toMatchObject({
      ok: false,
      error: { code: "os/apt-output" },
    });
    expect(parseSimulation("Remv")).toMatchObject({ ok: true });
    expect(parseSimulation("Remv x")).toMatchObject({ ok: false });
  });

  test("of nothing to do is empty", () => expect(parsed("")).toEqual({ installs: [], removals: [] }));
});
