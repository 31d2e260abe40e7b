/** Records as a host would send them. */
import type { HostRecord } from "../../src/domain/host/protocol.ts";

export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

export const recordsOf = (fields: Fields): readonly HostRecord[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((text) => ({ name, value: new TextEncoder().encode(text) })),
  );

export const aStorePath = (letter: string, name = "nixfleet"): string => `/nix/store/${letter.repeat(32)}-${name}`;

/** The records of a host that was applied once and not touched since. */
export const plainFacts: Fields = {
  protocol: "1",
  hostname: "web-1",
  "boot-id": "154c5840-a731-402b-838a-ce628619257e",
  kernel: "6.12.1",
  arch: "x86_64",
  "os.id": "debian",
  "os.version": "13",
  "os.codename": "trixie",
  "os.pretty": "Debian GNU/Linux 13 (trixie)",
  time: "1795240547",
  "system.live": aStorePath("a"),
  "system.committed": aStorePath("a"),
  "generation.committed": "2",
  generation: `1\t${aStorePath("b")}\t1795240000\n2\t${aStorePath("a")}\t1795240547`,
  "owned.file": `/etc/motd\t${"1".repeat(64)}\t${"1".repeat(64)}\t0644 root root\t0644 root root`,
  "owned.unit": `web.service\t${"2".repeat(64)}\t${"2".repeat(64)}\tenabled\tactive\tenabled`,
  "unit.query": "ok",
  disk: "/nix\t1000\t2000\t3000\n/\t1\t9007199254740991\t3",
  reboot: "no",
  "nix.version": "nix (Nix) 2.26.3",
  "nix.daemon": "active",
  "last-run": "01TEST\t0\t1795240547",
};
