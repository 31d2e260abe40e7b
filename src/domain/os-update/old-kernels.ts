/** Kernels that an update may take away where /boot is too small for a new one. */
import { compareVersions } from "../apt/version.ts";
import type { HostRecord } from "../host/protocol.ts";
import { recordTable } from "../host/records.ts";

export interface InstalledKernel {
  readonly package: string;
  /** As `uname -r` tells it. */
  readonly release: string;
  /** What it takes of /boot. */
  readonly bytes: number;
  readonly runs: boolean;
}

/** From the table `kernel.boot`. Rows that are none are left out: what is not known is not removed. */
export const kernelsIn = (records: readonly HostRecord[]): InstalledKernel[] =>
  recordTable(records, "kernel.boot").flatMap(([name = "", release = "", bytes = "", runs]) =>
    KERNEL_PACKAGE.test(name) && /^[0-9]+$/.test(bytes)
      ? [{ package: name, release, bytes: Number(bytes), runs: runs === "runs" }]
      : [],
  );

export const KERNEL_PACKAGE = /^linux-image-(unsigned-)?[0-9][a-z0-9+.~-]*$/;

/** Newest ones of each flavour that stay, the one to fall back to among them. */
const KEPT = 2;

/** Oldest first: never the running kernel, nor the two newest of a flavour. */
export function oldKernels(installed: readonly InstalledKernel[]): InstalledKernel[] {
  const byFlavour = Map.groupBy(installed, ({ release }) => flavourOf(release));
  return [...byFlavour.values()]
    .flatMap((same) => same.toSorted(byRelease).slice(0, -KEPT))
    .filter(({ runs }) => !runs)
    .sort(byRelease);
}

/** As few of them as free so much, the oldest first; all where that is not enough. */
export function kernelsToFree(installed: readonly InstalledKernel[], missingBytes: number): InstalledKernel[] {
  const chosen: InstalledKernel[] = [];
  let freed = 0;
  for (const kernel of oldKernels(installed)) {
    if (freed >= missingBytes) break;
    chosen.push(kernel);
    freed += kernel.bytes;
  }
  return chosen;
}

export const bytesOf = (kernels: readonly InstalledKernel[]): number =>
  kernels.reduce((sum, { bytes }) => sum + bytes, 0);

const byRelease = (a: InstalledKernel, b: InstalledKernel): number => compareVersions(a.release, b.release);

const flavourOf = (release: string): string => /^[0-9][^-]*(?:-[0-9]+)?-(.*)$/.exec(release)?.[1] ?? "";
