/** Makes the stand-in nixpkgs usable: a copy of this folder with a static busybox in it, as a flake without inputs. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
  cpSync(join(import.meta.dirname, "pkgs"), join(folder, "pkgs"), { recursive: true });
  cpSync(realLib ?? join(import.meta.dirname, "lib"), join(folder, "lib"), { recursive: true });
  mkdirSync(join(folder, "machine"), { recursive: true });
  writeFileSync(join(folder, "machine", "system.nix"), `"${system}"\n`);
  cpSync(busybox, join(folder, "machine", "busybox"), { dereference: true });
  chmodSync(join(folder, "machine", "busybox"), 0o755);
  return folder;
}

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
