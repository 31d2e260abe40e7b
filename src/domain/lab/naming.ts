/** Names of all that a lab makes in the kernel. They follow from the state folder alone, so a lost file loses nothing. */
import { createHash } from "node:crypto";

declare const brand: unique symbol;
/** Six hexadecimal digits that tell labs apart. */
export type LabId = string & { readonly [brand]: "LabId" };

/** @param stateFolder absolute path without links */
export const labIdOf = (stateFolder: string): LabId =>
  createHash("sha256").update(stateFolder).digest("hex").slice(0, 6) as LabId;

/** Bridge that the lab's machines are plugged into; interface names have at most 15 characters. */
export const bridgeName = (id: LabId): string => `nfl-${id}`;

export const isBridgeName = (name: string): boolean => /^nfl-[0-9a-f]{6}$/.test(name);

/** The machine's end of the cable on the outside, as systemd-nspawn names it: `vb-` and the name it is given. */
export const cableName = (id: LabId, number: number): string => `vb-${machineId(id, number)}`;

/** Name that systemd-nspawn gets; not the host name, which may be longer and need not be unique on this machine. */
export const machineId = (id: LabId, number: number): string => `${id}-${number}`;

export const controlGroup = (id: LabId): string => `nixfleet-lab-${id}`;

/** `lab-1`, `lab-2`, … */
export const hostNames = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
