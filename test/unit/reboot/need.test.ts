import { describe, expect, test } from "vitest";
import { reasonsDigest, rebootNeed } from "../../../src/domain/reboot/need.ts";
import { aStorePath, type Fields, recordsOf } from "../../support/host-answer.ts";

const need = (fields: Fields) => rebootNeed(recordsOf(fields));

describe("whether a reboot is needed", () => {
  test("is unknown where nobody would have said yes", () => {
    expect(need({ "flag.writer": "no" }).state).toBe("unknown");
    expect(need({}).reasons).toHaveLength(1);
  });

  test("is no where a program notes such wishes and noted none, or needrestart found the newest kernel running", () => {
    expect(need({ "flag.writer": "yes" })).toEqual({ state: "no", reasons: [] });
    expect(need({ needrestart: "NEEDRESTART-VER: 3.8\nNEEDRESTART-KSTA: 1" }).state).toBe("no");
    expect(need({ needrestart: "NEEDRESTART-KSTA: 0" }).state).toBe("unknown");
  });

  test("is yes when a package asks, each of them named", () => {
    expect(need({ "flag.set": "1", "flag.package": "dbus\nlibc6" })).toEqual({
      state: "yes",
      reasons: ["dbus asks for it", "libc6 asks for it"],
    });
    expect(need({ "flag.set": "1" }).reasons).toEqual(["/run/reboot-required exists"]);
  });

  test("is yes when a newer kernel of the running flavour is installed, whatever other flavours there are", () => {
    const kernels = {
      "kernel.running": "6.8.0-31-generic",
      "kernel.installed": "6.8.0-31-generic\n6.8.0-100-generic\n6.11.0-1-lowlatency",
    };
    expect(need(kernels)).toEqual({
      state: "yes",
      reasons: ["kernel 6.8.0-100-generic is installed, 6.8.0-31-generic runs"],
    });
    expect(need({ ...kernels, "kernel.running": "6.8.0-100-generic", "flag.writer": "yes" }).state).toBe("no");
  });

  test("stays needed where the running kernel is patched in memory, and that is said", () => {
    const kernels = { "kernel.running": "6.8.0-31-generic", "kernel.installed": "6.8.0-35-generic" };
    const told = (State: string) => JSON.stringify({ Status: [{ Kernel: "6.8.0-31-generic", Livepatch: { State } }] });
    expect(need({ ...kernels, livepatch: told("applied") })).toEqual({
      state: "yes",
      reasons: ["kernel 6.8.0-35-generic is installed, 6.8.0-31-generic runs with livepatches applied"],
    });
    for (const other of [told("unapplied"), "no JSON", ""])
      expect(need({ ...kernels, livepatch: other }).reasons[0]).not.toContain("livepatches");
  });

  test("does not judge the kernel below a container", () =>
    expect(
      need({
        "kernel.running": "6.1.0-1-generic",
        "kernel.installed": "6.8.0-1-generic",
        container: "systemd-nspawn",
        "flag.writer": "yes",
      }).state,
    ).toBe("no"));

  test("is yes for microcode, and for NixOS when kernel, initrd or modules differ", () => {
    expect(need({ needrestart: "NEEDRESTART-UCSTA: 2" }).state).toBe("yes");
    expect(need({ "nixos.changed": ["kernel", "initrd"] }).reasons).toHaveLength(2);
  });

  test("is no on NixOS where what was booted differs in nothing, and yes for a system that waits for a boot or is to be tried", () => {
    const booted = aStorePath("a", "nixos-system-web-1-25.05");
    const next = aStorePath("b", "nixos-system-web-1-25.11");
    expect(need({ "nixos.booted": booted })).toEqual({ state: "no", reasons: [] });
    expect(need({ "nixos.booted": booted, "nixos.staged": next }).reasons).toEqual([
      "nixos-system-web-1-25.11 waits for a boot",
    ]);
    expect(need({ "nixos.booted": booted, "nixos.trial": `waiting\t${next}` }).reasons).toEqual([
      "a boot is to try nixos-system-web-1-25.11",
    ]);
  });

  test("tells a system that was to be tried and did not come up, which no further reboot would mend", () => {
    const next = aStorePath("b", "nixos-system-web-1-25.11");
    expect(need({ "nixos.booted": aStorePath("a"), "nixos.trial": `failed\t${next}` })).toEqual({
      state: "no",
      reasons: [],
      failedTrial: "nixos-system-web-1-25.11",
    });
  });

  test("has one word for one set of reasons, in any order", () => {
    const word = (reasons: string[]) => reasonsDigest({ state: "yes", reasons });
    expect(word(["a", "b"])).toBe(word(["b", "a"]));
    expect(word(["a"])).not.toBe(word(["b"]));
    expect(word([])).toMatch(/^[0-9a-f]{16}$/);
  });
});
