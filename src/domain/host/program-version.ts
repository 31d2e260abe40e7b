/** Which host program it is: what a restricted host has installed is compared with what this version has. */
import { createHash } from "node:crypto";

export interface ProgramVersion {
  /** PROGRAM in backends/host/00-preamble.sh; a host never takes one with a lower number. */
  readonly number: number;
  /** sha256 of its whole text, hexadecimal. */
  readonly sha256: string;
}

/** Throws when the text has no number: it is no host program. */
export function programVersion(text: string): ProgramVersion {
  const number = /^PROGRAM=([0-9]{1,6})$/m.exec(text)?.[1];
  if (number === undefined) throw new Error("the host program has no line PROGRAM=");
  return { number: Number(number), sha256: createHash("sha256").update(text).digest("hex") };
}
