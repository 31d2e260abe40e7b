/** What forbids a change on a host, as its facts tell before anything is touched. */
import type { DiskSpace, HostFacts } from "../observation/facts.ts";
import { type Failure, failure } from "../outcome/failure.ts";

/** Room that stays free beside the closure: logs and profile links on /nix, state, backups and logs on /var. */
const RESERVE_BYTES: Readonly<Record<string, number>> = { "/nix": 64 * 1024 * 1024, "/var": 16 * 1024 * 1024 };
/** A small closure has a few hundred files. */
const RESERVE_INODES = 1000;

/**
 * Another run at work on the host: nothing that we saw can be relied on.
 * @param abandoned whether the run that holds the lock is known to be dead; its activation may live on all the same
 */
export function occupiedBy(facts: HostFacts, abandoned = false): Failure | undefined {
  const lock = facts.lock;
  if (facts.activation !== null) {
    const whose = lock === null ? "" : ` by ${lock.owner}: ${lock.reason}`;
    return failure("plan/activation-running", `an activation is going on${whose} (run ${facts.activation})`, {
      next: "--lock-wait 10m waits for its verdict",
    });
  }
  if (lock === null || lock.expired || abandoned) return undefined;
  return failure("plan/locked", `locked by ${lock.owner}: ${lock.reason} (run ${lock.run})`, {
    expected: "no lock of another run",
    found: `a lock since ${isoTime(lock.acquiredAt)}, until ${isoTime(lock.expiresAt)} unless renewed`,
    next: "--lock-wait 10m waits for that run to end",
  });
}

/** Whether a closure can be copied to the host; `copyBytes` is what has to travel, when known. */
export function cannotReceive(facts: HostFacts, copyBytes = 0): Failure | undefined {
  if (facts.nixDaemon === "missing" || facts.nixVersion.kind === "absent") {
    return failure("plan/nix-missing", "the host has no Nix", {
      next: "on the host: apt install nix-setup-systemd",
    });
  }
  if (facts.nixDaemon === "inactive") {
    return failure("plan/nix-daemon-down", "the Nix daemon does not run", {
      expected: "nix-daemon.socket or nix-daemon.service active",
      found: "both inactive",
      next: "on the host: systemctl enable --now nix-daemon.socket",
    });
  }
  return noSpace(facts, { "/nix": copyBytes });
}

/** Whether the host has the room that any activation needs. */
export function noSpace(facts: HostFacts, extraBytes: Readonly<Record<string, number>> = {}): Failure | undefined {
  for (const disk of facts.disk) {
    const reserve = RESERVE_BYTES[disk.mount];
    if (reserve === undefined) continue;
    const needed = reserve + (extraBytes[disk.mount] ?? 0);
    const short = shortage(disk, needed);
    if (short !== undefined) {
      return failure("plan/no-space", `too little space on ${disk.mount}`, {
        ...short,
        next: `free some space on ${disk.mount}, then plan again`,
      });
    }
  }
  return undefined;
}

function shortage(disk: DiskSpace, needed: number): { expected: string; found: string } | undefined {
  if (disk.freeBytes < needed)
    return { expected: `${mebibytes(needed)} free`, found: `${mebibytes(disk.freeBytes)} free` };
  // File systems without a table of inodes (btrfs) report none at all, used or free.
  if (disk.freeInodes > 0 && disk.freeInodes < RESERVE_INODES) {
    return { expected: `${RESERVE_INODES} inodes free`, found: `${disk.freeInodes} inodes free` };
  }
  return undefined;
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / (1024 * 1024))} MiB`;

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
