import { expect, test } from "vitest";
import { parseFacts } from "../../../src/domain/host/facts.ts";
import { type BootParts, bootNotes } from "../../../src/domain/plan/nixos-boot.ts";
import { plainFacts, recordsOf } from "../../support/host-answer.ts";

const path = (letter: string, name: string): string => `/nix/store/${letter.repeat(32)}-${name}`;
const now: BootParts = {
  kernel: path("a", "linux-6.12.30/bzImage"),
  initrd: path("b", "initrd-linux-6.12.30/initrd"),
  "kernel-modules": path("c", "linux-6.12.30-modules"),
  "kernel-params": "loglevel=4",
  "switch-inhibitors": '{"dbus-implementation":"dbus"}',
  "init-interface-version": "systemd 2",
};

test.each<[string, BootParts, string[]]>([
  ["nothing", {}, []],
  [
    "another kernel",
    { kernel: path("d", "linux-6.12.41/bzImage") },
    ["runs in full after a boot only: kernel linux-6.12.30 -> linux-6.12.41"],
  ],
  [
    "a kernel that was built anew",
    { kernel: path("d", "linux-6.12.30/bzImage") },
    ["runs in full after a boot only: kernel linux-6.12.30 (rebuilt)"],
  ],
  ["other parameters", { "kernel-params": "quiet" }, ["runs in full after a boot only: kernel-params"]],
  [
    "another value of an inhibitor",
    { "switch-inhibitors": '{"dbus-implementation":"broker"}' },
    ["cannot be made live: the switch inhibitor dbus-implementation changes; it is committed for the next boot"],
  ],
  [
    "an inhibitor that only the new system has",
    { "switch-inhibitors": '{"dbus-implementation":"dbus","new":"1"}' },
    [],
  ],
  ["inhibitors that are no JSON", { "switch-inhibitors": "oops" }, []],
  [
    "another init",
    { "init-interface-version": "systemd 3" },
    ["cannot be made live: the interface of init changes; it is committed for the next boot"],
  ],
])("of %s a plan says what only a boot can bring", (_, change, notes) => {
  expect(bootNotes(now, { ...now, ...change })).toEqual(notes);
});

test("a system without a kernel, as in a container, differs from one with it", () => {
  const { kernel: _, ...container } = now;
  expect(bootNotes(container, now)).toEqual(["runs in full after a boot only: kernel none -> linux-6.12.30"]);
  expect(bootNotes(container, container)).toEqual([]);
});

test("a host tells its parts, and what a newer one adds is ignored", () => {
  const boot = "kernel\t/nix/store/x/bzImage\nkernel-params\ta=1 b=2\nfirmware\tnew";
  expect(parseFacts(recordsOf({ ...plainFacts, boot }))).toMatchObject({
    value: { boot: { kernel: "/nix/store/x/bzImage", "kernel-params": "a=1 b=2" } },
  });
  expect(parseFacts(recordsOf(plainFacts))).not.toHaveProperty("value.boot");
});
