/** What a machine and its supervisor said last. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export const outputFile = (own: string): string => join(own, "output.log");

const TAIL_LINES = 15;

/**
 * The last lines of a machine's console, as plain text; empty when there are none.
 *
 * @param own the machine's folder
 */
export async function outputTail(own: string): Promise<string> {
  const text = await readFile(outputFile(own), "utf8").catch(() => "");
  return text.replaceAll("\r", "").replace(TERMINAL_CODES, "").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}

// Colours, cursor movements and window titles, which systemd writes.
const TERMINAL_CODES = /\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;
