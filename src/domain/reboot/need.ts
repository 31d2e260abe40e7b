/** Whether a host needs a reboot: yes, no or unknown, with reasons. The absence of a sign is no proof by itself. */
import { createHash } from "node:crypto";
import { compareVersions } from "../apt/version.ts";
import type { HostRecord } from "../host/protocol.ts";
import { recordText } from "../host/records.ts";

export interface RebootNeed {
  readonly state: "yes" | "no" | "unknown";
  readonly reasons: readonly string[];
}

/** Judges the records of the verb `reboot-check`. */
export function rebootNeed(records: readonly HostRecord[]): RebootNeed {
  const reasons = [...flagReasons(records), ...kernelReasons(records), ...microcode(records), ...nixosReasons(records)];
  if (reasons.length > 0) return { state: "yes", reasons };
  if (wouldTell(records)) return { state: "no", reasons: [] };
  return { state: "unknown", reasons: ["nothing on this host records whether a reboot is needed"] };
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
  return [`kernel ${newest} is installed, ${running} runs`];
}

/** `generic` of `6.8.0-35-generic`, `cloud-amd64` of `6.1.0-28-cloud-amd64`. */
const flavourOf = (kernel: string): string => /^[0-9][^-]*(?:-[0-9]+)?-(.*)$/.exec(kernel)?.[1] ?? "";

const MICROCODE_PENDING = "2";

function microcode(records: readonly HostRecord[]): string[] {
  return needrestart(records, "UCSTA") === MICROCODE_PENDING ? ["newer processor microcode is installed"] : [];
}

const nixosReasons = (records: readonly HostRecord[]): string[] =>
  records
    .filter((record) => record.name === "nixos.changed")
    .map((record) => `${new TextDecoder().decode(record.value)} of the booted system differs`);

const KERNEL_CURRENT = "1";

/** Whether something on the host would have said yes. */
function wouldTell(records: readonly HostRecord[]): boolean {
  return recordText(records, "flag.writer") === "yes" || needrestart(records, "KSTA") === KERNEL_CURRENT;
}

const needrestart = (records: readonly HostRecord[], key: string): string | undefined =>
  lines(records, "needrestart")
    .map((line) => /^NEEDRESTART-([A-Z]+): *(.*)$/.exec(line))
    .find((match) => match?.[1] === key)?.[2];

const lines = (records: readonly HostRecord[], name: string): string[] =>
  (recordText(records, name) ?? "").split("\n").filter((line) => line !== "");
