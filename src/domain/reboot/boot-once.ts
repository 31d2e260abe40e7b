/** Whether a host's boot loader can start a new kernel or system for one boot only, and what a plan says of it. */
import type { HostRecord } from "../host/protocol.ts";
import { recordTable } from "../host/records.ts";

export type BootOnce =
  | { readonly can: true; readonly loader: "systemd-boot" | "grub" }
  | { readonly can: false; readonly because: string };

/** From the record `boot.once`; undefined where the host did not look. */
export function bootOnceIn(records: readonly HostRecord[]): BootOnce | undefined {
  const [loader, because = ""] = recordTable(records, "boot.once")[0] ?? [];
  if (loader === "systemd-boot" || loader === "grub") return { can: true, loader };
  return loader === "no" ? { can: false, because } : undefined;
}

/** For kernels of packages. @param changes names of packages, or reasons of a reboot */
export function kernelTrialNotes(bootOnce: BootOnce | undefined, changes: readonly string[]): string[] {
  if (bootOnce === undefined || !changes.some((change) => KERNEL.test(change))) return [];
  return [
    bootOnce.can
      ? "one boot tries the new kernel, and a healthy host makes it the default"
      : `the new kernel is not tried by one boot first: ${bootOnce.because}`,
  ];
}

const KERNEL = /^(linux-image-|kernel )/;
