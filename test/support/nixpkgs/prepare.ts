/** Makes the stand-in nixpkgs usable: a copy of this folder with a static busybox in it, as a flake without inputs. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SWITCH_PROGRAM } from "../../../src/domain/lab/nixos/switch-program.ts";
import {
  ACTIVATE_PROGRAM,
  BOOT_LOADER_PROGRAM,
  INHIBITOR_CHECK,
  PRE_SWITCH_PROGRAM,
  preSwitchCheck,
} from "../../../src/domain/lab/nixos/system-programs.ts";

const BUSYBOX_PLACES = ["/usr/bin/busybox", "/bin/busybox"];
const NIX_SYSTEMS: Readonly<Record<string, string>> = { x64: "x86_64-linux", arm64: "aarch64-linux" };

/**
 * Copies the stand-in into `folder` (made if missing) and adds the machine's static busybox.
 * @param realLib a folder with nixpkgs' own `lib`, to be used instead of the stand-in's
 * @returns `folder`, to be used as `path:FOLDER` wherever a flake wants nixpkgs
 * @throws when the machine has no static busybox or its processor has no Nix system here
 */
export function prepareNixpkgs(folder: string, realLib?: string): string {
  const busybox = staticBusybox();
  const system = NIX_SYSTEMS[process.arch];
  if (system === undefined) throw new Error(`the stand-in nixpkgs knows no Nix system for processor ${process.arch}`);
  cpSync(join(import.meta.dirname, "flake.nix"), join(folder, "flake.nix"));
  for (const part of ["pkgs", "nixos"])
    cpSync(join(import.meta.dirname, part), join(folder, part), { recursive: true });
  cpSync(realLib ?? join(import.meta.dirname, "lib"), join(folder, "lib"), { recursive: true });
  mkdirSync(join(folder, "machine"), { recursive: true });
  writeFileSync(join(folder, "machine", "system.nix"), `"${system}"\n`);
  writeFileSync(join(folder, "machine", "nixos-programs.json"), JSON.stringify(nixosPrograms));
  writeFileSync(
    join(folder, "machine", "nixos-programs.nix"),
    "builtins.fromJSON (builtins.readFile ./nixos-programs.json)\n",
  );
  cpSync(busybox, join(folder, "machine", "busybox"), { dereference: true });
  chmodSync(join(folder, "machine", "busybox"), 0o755);
  return folder;
}

/** What `nixosSystem` makes toplevels of, the same as on the lab's machines. Words in capitals stand for what it adds. */
const nixosPrograms = {
  switch: SWITCH_PROGRAM,
  activate: ACTIVATE_PROGRAM,
  bootLoader: BOOT_LOADER_PROGRAM,
  preSwitch: PRE_SWITCH_PROGRAM,
  preSwitchCheck: preSwitchCheck("NAME", "TEXT"),
  inhibitorCheck: INHIBITOR_CHECK,
};

function staticBusybox(): string {
  const place = BUSYBOX_PLACES.find((path) => existsSync(path));
  if (place === undefined) {
    throw new Error("the stand-in nixpkgs is made from a static busybox; next: apt-get install busybox-static");
  }
  if (needsLoader(readFileSync(place))) {
    throw new Error(`${place} is not static, and builds have no dynamic loader; next: apt-get install busybox-static`);
  }
  return place;
}

/** Whether a 64-bit little-endian ELF program has a PT_INTERP header: it wants a dynamic loader, and builds have none. */
function needsLoader(program: Buffer): boolean {
  const PT_INTERP = 3;
  const headers = Number(program.readBigUInt64LE(0x20));
  const [size, count] = [program.readUInt16LE(0x36), program.readUInt16LE(0x38)];
  return Array.from({ length: count }, (_, index) => program.readUInt32LE(headers + index * size)).includes(PT_INTERP);
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    process.stderr.write("usage: node test/support/nixpkgs/prepare.ts FOLDER\n");
    process.exitCode = 3;
  } else {
    process.stdout.write(`${prepareNixpkgs(folder)}\n`);
  }
}
