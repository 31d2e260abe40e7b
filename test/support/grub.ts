/** GRUB on a lab machine: its own grub-editenv, a menu, and a grub-probe that answers as on a plain partition. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { HostUnderTest } from "./activation.ts";

/** What this machine's grub-editenv needs beside what a lab machine has. */
const librariesOf = (program: string): string[] =>
  execFileSync("ldd", [program], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => /=> (\/\S*libdevmapper\S*)/.exec(line)?.[1] ?? []);

export async function installGrub(host: HostUnderTest): Promise<void> {
  const program = "/usr/bin/grub-editenv";
  for (const [from, to] of [
    [program, "/usr/local/bin/grub-editenv"],
    ...librariesOf(program).map((file) => [file, `/usr/local/lib/${basename(file)}`]),
  ] as const) {
    await host.root(`base64 -d >${to} && chmod 755 ${to}`, readFileSync(from).toString("base64"));
  }
  await host.sh("ldconfig; mkdir -p /boot/grub; grub-editenv /boot/grub/grubenv create");
  await bootsFrom(host, "ext2");
}

/** The file system below /boot, as GRUB sees it. */
export const bootsFrom = (host: HostUnderTest, type: string): Promise<string> =>
  host.sh(`printf '#!/bin/sh\\n[ "$1" = --target=abstraction ] || echo ${type}\\n' >/usr/local/bin/grub-probe
chmod 755 /usr/local/bin/grub-probe`);

/** A variable of GRUB's environment; empty when it is not set. */
export const grubVariable = (host: HostUnderTest, name: string): Promise<string> =>
  host.sh(`grub-editenv /boot/grub/grubenv list | sed -n 's/^${name}=//p'`);
