/** Every command, with the file that holds it. */
import type { CommandEntry } from "../context.ts";

export const commands: readonly CommandEntry[] = [
  {
    name: "lab",
    summary: "throw-away machines to try and to test on",
    load: () => import("./lab.ts"),
  },
  {
    name: "inventory",
    summary: "list, show and graph what the inventory says",
    load: () => import("./inventory.ts"),
  },
  { name: "hosts", summary: "the hosts that a pattern selects, and why", load: () => import("./hosts.ts") },
];
