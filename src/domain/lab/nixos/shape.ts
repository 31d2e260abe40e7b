/** What makes a lab machine look like NixOS to a deployment tool: its marks, its boot, and a first system to come from. */
import type { LayerEntry } from "../machine-layer.ts";
import { BOOT_PROGRAM, BOOT_UNIT, BOOTCTL_PROGRAM, FACTORY } from "./boot-program.ts";
import { SWITCH_PROGRAM } from "./switch-program.ts";
import {
  ACTIVATE_PROGRAM,
  BOOT_LOADER_PROGRAM,
  INHIBITOR_CHECK,
  PRE_SWITCH_PROGRAM,
  preSwitchCheck,
} from "./system-programs.ts";

const RELEASE = `ANSI_COLOR="0;38;2;126;186;228"
BUILD_ID="25.05.20250601.lab"
ID=nixos
NAME=NixOS
PRETTY_NAME="NixOS 25.05 (Warbler)"
VENDOR_NAME=NixOS
VERSION="25.05 (Warbler)"
VERSION_CODENAME=warbler
VERSION_ID="25.05"
`;

export const nixosEntries = (): LayerEntry[] => [
  file("etc/NIXOS", ""),
  file("usr/lib/os-release", RELEASE),
  file("etc/issue", "<<< Welcome to NixOS 25.05 (\\m) - \\l >>>\n\n"),
  file("etc/profile.d/nixos.sh", 'export PATH="/run/current-system/sw/bin:$PATH"\n'),
  folder("boot"),
  { ...file("usr/local/bin/bootctl", BOOTCTL_PROGRAM), mode: 0o755 },
  link("etc/systemd/system/multi-user.target.wants/ssh.service", "/usr/lib/systemd/system/ssh.service"),
  file("etc/systemd/system/nixos-stage-2.service", BOOT_UNIT),
  link("etc/systemd/system/sysinit.target.wants/nixos-stage-2.service", "../nixos-stage-2.service"),
  program("stage-2", BOOT_PROGRAM),
  ...factorySystem(),
];

/** A system that nobody described: what an installer leaves. */
function factorySystem(): LayerEntry[] {
  const top = "nixos-system-factory-25.05";
  const checks = preSwitchCheck("switchInhibitors", INHIBITOR_CHECK);
  return [
    part("linux-6.12.30/bzImage", "the kernel of the factory\n"),
    part("initrd-linux-6.12.30/initrd", "the initrd of the factory\n"),
    program(`${top}/bin/switch-to-configuration`, SWITCH_PROGRAM),
    program(`${top}/activate`, ACTIVATE_PROGRAM.replace("SNIPPETS", ":").replace("LATER", ":")),
    program(`${top}/dry-activate`, "#!/bin/sh\n"),
    program(`${top}/install-bootloader`, BOOT_LOADER_PROGRAM),
    program(
      `${top}/pre-switch-checks`,
      PRE_SWITCH_PROGRAM.replace("CHECKS", () => checks),
    ),
    program(`${top}/init`, "#!/bin/sh\n# The lab's stage 2 activates the system instead.\n"),
    part(`${top}/etc/issue.net`, "NixOS 25.05\n"),
    part(`${top}/nixos-version`, "25.05.20250601.lab"),
    part(`${top}/init-interface-version`, "systemd 2"),
    part(`${top}/kernel-params`, "loglevel=4"),
    part(`${top}/switch-inhibitors`, '{"dbus-implementation":"dbus"}'),
    part(`${top}/reboot-triggers`, '{"firmware":"20250509"}'),
    folder(`${FACTORY.slice(1)}/${top}/specialisation`),
    folder(`${FACTORY.slice(1)}/${top}/sw`),
    folder(`${FACTORY.slice(1)}/${top}/sw/bin`),
  ];
}

const file = (path: string, value: string): LayerEntry => ({ path, is: "file", value });
const link = (path: string, value: string): LayerEntry => ({ path, is: "link", value });
const folder = (path: string): LayerEntry => ({ path, is: "folder" });
const part = (path: string, value: string): LayerEntry => file(`${FACTORY.slice(1)}/${path}`, value);
const program = (path: string, value: string): LayerEntry => ({ ...part(path, value), mode: 0o755 });
