/** Whether a host needs a reboot: yes, no or unknown, with reasons. The absence of a sign is no proof by itself. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { compareVersions } from "../apt/version.ts";
import { openReboot } from "../host/os-facts.ts";
import type { HostRecord } from "../host/protocol.ts";
import { recordTable, recordText, recordTexts } from "../host/records.ts";
import type { OpenReboot } from "../observation/facts.ts";
import { type Busy, busyIn } from "./busy.ts";

export interface RebootNeed {
  readonly state: "yes" | "no" | "unknown";
  readonly reasons: readonly string[];
  /** The NixOS system, or the kernel, that one boot was to try, and that the boot did not end in. */
  readonly failedTrial?: string;
  /** By what Zincati would ask FleetLock for this host; absent where the host cannot tell. */
  readonly fleetlockId?: string;
  /** Who a reboot right now would disturb; absent for nobody. */
  readonly busy?: readonly Busy[];
  /** A reboot after which the host was not found well yet: it is out of service since, and keeps its slots. */
  readonly open?: OpenReboot & { readonly moved: boolean; readonly failedBefore: readonly string[] };
}

/** Judges the records of the verb `reboot-check`. */
export function rebootNeed(records: readonly HostRecord[]): RebootNeed {
  const open = openIn(records);
  const busy = busyIn(records);
  const fleetlockId = recordText(records, "fleetlock.id") ?? "";
  const reasons = [
    ...flagReasons(records),
    ...kernelReasons(records),
    ...microcode(records),
    ...nixosReasons(records),
    ...(open?.moved === false ? ["a reboot that was ordered did not happen"] : []),
  ];
  const [trial, system = ""] =
    [...recordTable(records, "nixos.trial"), ...recordTable(records, "kernel.trial")][0] ?? [];
  const more = {
    ...(trial === "failed" ? { failedTrial: nameOf(system) } : {}),
    ...(open === undefined ? {} : { open }),
    ...(busy.length === 0 ? {} : { busy }),
    ...(/^[0-9a-f]{32}$/.test(fleetlockId) ? { fleetlockId } : {}),
  };
  if (reasons.length > 0) return { state: "yes", reasons, ...more };
  if (wouldTell(records)) return { state: "no", reasons: [], ...more };
  return { state: "unknown", reasons: ["nothing on this host records whether a reboot is needed"], ...more };
}

function openIn(records: readonly HostRecord[]): RebootNeed["open"] {
  const open = openReboot(recordText(records, "reboot.open") ?? "");
  if (open === undefined) return undefined;
  return {
    ...open,
    moved: recordText(records, "boot-id") !== open.bootId,
    failedBefore: lines(records, "reboot.failed-before"),
  };
}

/** A word that is the same for the same reasons. */
export const reasonsDigest = ({ reasons }: RebootNeed): string =>
  createHash("sha256")
    .update([...reasons].sort().join("\n"))
    .digest("hex")
    .slice(0, 16);

function flagReasons(records: readonly HostRecord[]): string[] {
  if (recordText(records, "flag.set") === undefined) return [];
  const packages = lines(records, "flag.package");
  return packages.length === 0 ? ["/run/reboot-required exists"] : packages.map((name) => `${name} asks for it`);
}

/** Of the flavour that runs: an older one may be booted on purpose, but another flavour never counts. */
function kernelReasons(records: readonly HostRecord[]): string[] {
  const running = recordText(records, "kernel.running") ?? "";
  // The kernel below a container is not the container's to choose.
  if ((recordText(records, "container") ?? "none") !== "none" && recordText(records, "container") !== "") return [];
  const newest = lines(records, "kernel.installed")
    .filter((kernel) => flavourOf(kernel) === flavourOf(running))
    .sort(compareVersions)
    .at(-1);
  if (newest === undefined || newest === running) return [];
  return [`kernel ${newest} is installed, ${running} runs${isLivepatched(records) ? " with livepatches applied" : ""}`];
}

const livepatch = z.object({
  Status: z.array(z.object({ Livepatch: z.object({ State: z.string() }).optional() })).min(1),
});

/** What is patched in memory may wait longer, but a livepatch does not last: the reboot stays needed. */
function isLivepatched(records: readonly HostRecord[]): boolean {
  const told = livepatch.safeParse(jsonOrNull(recordText(records, "livepatch") ?? ""));
  return told.success && told.data.Status.every((status) => status.Livepatch?.State === "applied");
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `generic` of `6.8.0-35-generic`, `cloud-amd64` of `6.1.0-28-cloud-amd64`. */
const flavourOf = (kernel: string): string => /^[0-9][^-]*(?:-[0-9]+)?-(.*)$/.exec(kernel)?.[1] ?? "";

const MICROCODE_PENDING = "2";

function microcode(records: readonly HostRecord[]): string[] {
  return needrestart(records, "UCSTA") === MICROCODE_PENDING ? ["newer processor microcode is installed"] : [];
}

function nixosReasons(records: readonly HostRecord[]): string[] {
  const trials = recordTable(records, "nixos.trial").filter(([state]) => state === "waiting");
  return [
    ...recordTexts(records, "nixos.changed").map((part) => `${part} of the booted system differs`),
    ...recordTexts(records, "nixos.staged").map((system) => `${nameOf(system)} waits for a boot`),
    ...trials.map(([, system = ""]) => `a boot is to try ${nameOf(system)}`),
  ];
}

/** `nixos-system-web-1-25.11` of a store path. */
const nameOf = (system: string): string => system.replace(/^\/nix\/store\/[^-]*-/, "");

const KERNEL_CURRENT = "1";

/** Whether something on the host would have said yes. NixOS knows what it booted. */
function wouldTell(records: readonly HostRecord[]): boolean {
  return (
    recordText(records, "flag.writer") === "yes" ||
    needrestart(records, "KSTA") === KERNEL_CURRENT ||
    recordText(records, "nixos.booted") !== undefined
  );
}

const needrestart = (records: readonly HostRecord[], key: string): string | undefined =>
  lines(records, "needrestart")
    .map((line) => /^NEEDRESTART-([A-Z]+): *(.*)$/.exec(line))
    .find((match) => match?.[1] === key)?.[2];

const lines = (records: readonly HostRecord[], name: string): string[] =>
  (recordText(records, name) ?? "").split("\n").filter((line) => line !== "");
