/** What forbids an update before anything is touched. */
import { isHeld } from "../apt/kept-back.ts";
import type { HostUpdates } from "../apt/updates.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { bytesOf, type InstalledKernel, kernelsToFree } from "./old-kernels.ts";
import type { UpdatePolicy } from "./policy.ts";

/** Room for unpacked packages beside the downloaded ones; packages unpack to about four times their size. */
const UNPACKED_TIMES = 5;
const RESERVE_BYTES = 64 * 1024 * 1024;
/** One kernel's headers are some 30,000 files. */
const RESERVE_INODES = 40_000;
/** A new kernel with its initrd, twice: the tools write the new one beside the old one. */
const BOOT_BYTES = 2 * 120 * 1024 * 1024;

/** The first of them; nothing when the update may begin. */
export function updateObstacle(updates: HostUpdates, policy: UpdatePolicy): Failure | undefined {
  return (
    scheduledShutdown(updates) ??
    brokenPackages(updates, policy) ??
    staleIndexes(updates, policy) ??
    heldPackages(updates, policy) ??
    noSpace(updates, policy)
  );
}

/** It would cut the update off in the middle. */
function scheduledShutdown({ shutdownScheduled }: HostUpdates): Failure | undefined {
  if (!shutdownScheduled) return undefined;
  return failure("os/blocked", "somebody has scheduled a shutdown of the host", {
    next: "wait for it, or take it back on the host: shutdown -c",
  });
}

/** Whether something is half done, and the policy lets it be finished. */
export const repairsSomething = ({ broken, interrupted }: HostUpdates, { repair }: UpdatePolicy): boolean =>
  repair !== "never" && (broken.length > 0 || interrupted);

function brokenPackages(
  { broken, interrupted, lockHolders }: HostUpdates,
  { repair }: UpdatePolicy,
): Failure | undefined {
  // What somebody is in the middle of looks half done; the update waits for it and looks again.
  if (lockHolders.length > 0) return undefined;
  if (repair !== "never" || (broken.length === 0 && !interrupted)) return undefined;
  const [first] = broken;
  return failure("os/broken-packages", first === undefined ? "dpkg was interrupted" : "packages are half installed", {
    ...(first === undefined ? {} : { found: broken.slice(0, 5).join(", ") }),
    next: "nixfleet os-update --repair configure finishes what was interrupted",
  });
}

function staleIndexes({ staleIndexes: said }: HostUpdates, policy: UpdatePolicy): Failure | undefined {
  if (said === null || policy.staleIndexes === "warn") return undefined;
  return failure("os/stale-indexes", "the package indexes could not be fetched", {
    found: said.split("\n")[0] ?? said,
    detail: said,
    next: "make the archive reachable, or go by the old indexes with --stale-indexes warn",
  });
}

/** Removals never are chosen; a package that was held and is chosen all the same is a rule of the host's that beats ours. */
function heldPackages(updates: HostUpdates, { holds }: UpdatePolicy): Failure | undefined {
  const touched = updates.chosen.installs.find(({ name }) => isHeld(name, updates, holds));
  if (touched === undefined) return undefined;
  return failure("os/hold-ignored", `apt would change ${touched.name}, which is held`, {
    found: `${touched.from ?? "new"} -> ${touched.to}`,
    next: "look for a pin of that package in /etc/apt/preferences.d on the host",
  });
}

function noSpace(updates: HostUpdates, policy: UpdatePolicy): Failure | undefined {
  const { chosen, space, downloadBytes } = updates;
  if (chosen.installs.length === 0) return undefined;
  const kernel = chosen.installs.some(({ name }) => name.startsWith("linux-image-"));
  const boot = kernel ? BOOT_BYTES : 0;
  const needs: Readonly<Record<string, { readonly bytes: number; readonly inodes: number }>> = {
    "/": { bytes: RESERVE_BYTES, inodes: kernel ? RESERVE_INODES : 1000 },
    "/var": { bytes: RESERVE_BYTES + downloadBytes, inodes: 1000 },
    "/usr": { bytes: downloadBytes * UNPACKED_TIMES, inodes: kernel ? RESERVE_INODES : 1000 },
    "/boot": { bytes: boot, inodes: 0 },
  };
  for (const { folder, freeBytes, freeInodes } of space) {
    const need = needs[folder];
    if (need === undefined) continue;
    const old = folder === "/boot" ? kernelsToFree(updates.kernels ?? [], need.bytes - freeBytes) : [];
    if (policy.removeOldKernels && freeBytes + bytesOf(old) >= need.bytes) continue;
    const words = { next: nextFor(folder, old) };
    if (freeBytes < need.bytes) {
      const [expected, found] = [need.bytes, freeBytes].map((bytes) => `${Math.floor(bytes / 1048576)} MiB free`);
      return failure("os/no-space", `too little space on ${folder}`, { ...texts(expected, found), ...words });
    }
    if (freeInodes < need.inodes) {
      const [expected, found] = [need.inodes, freeInodes].map((inodes) => `${inodes} inodes free`);
      return failure("os/no-space", `too few inodes on ${folder}`, { ...texts(expected, found), ...words });
    }
  }
  return undefined;
}

/** What would make room. */
function nextFor(folder: string, old: readonly InstalledKernel[]): string {
  if (old.length === 0) return `free some on ${folder}, for example with apt-get autoremove`;
  const names = old.map((kernel) => kernel.package).join(" ");
  return `--remove-old-kernels takes ${names} away, which frees ${Math.floor(bytesOf(old) / 1048576)} MiB`;
}

/** Packages of kernels that have to go first; none where there is room, or the policy keeps them. */
export function kernelsInTheWay(updates: HostUpdates, policy: UpdatePolicy): string[] {
  const free = updates.space.find(({ folder }) => folder === "/boot")?.freeBytes ?? Number.POSITIVE_INFINITY;
  const brings = updates.chosen.installs.some(({ name }) => name.startsWith("linux-image-"));
  if (!policy.removeOldKernels || !brings) return [];
  return kernelsToFree(updates.kernels ?? [], BOOT_BYTES - free).map((kernel) => kernel.package);
}

const texts = (expected = "", found = ""): { readonly expected: string; readonly found: string } => ({
  expected,
  found,
});
