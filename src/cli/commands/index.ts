/** Every command, with the file that holds it, in the order and the groups of the help. */
import type { CommandEntry } from "../context.ts";

const grouped: Readonly<Record<string, readonly Omit<CommandEntry, "group">[]>> = {
  "Getting started": [
    { name: "init", summary: "lay a new project", load: () => import("./init.ts") },
    { name: "discover", summary: "find hosts in a network, for the inventory", load: () => import("./discover.ts") },
    { name: "bootstrap", summary: "prepare fresh hosts over SSH", load: () => import("./bootstrap.ts") },
    { name: "doctor", summary: "is everything there that other commands rely on?", load: () => import("./doctor.ts") },
    { name: "lab", summary: "throw-away machines to try and to test on", load: () => import("./lab.ts") },
  ],
  Hosts: [
    { name: "plan", summary: "what apply would do, to which hosts, and why not", load: () => import("./plan.ts") },
    {
      name: "apply",
      summary: "make the fleet what its configuration says, or carry out a saved plan",
      load: () => import("./apply.ts"),
    },
    { name: "rollback", summary: "back to an earlier generation", load: () => import("./rollback.ts") },
    { name: "status", summary: "what hosts run, how old it is, what drifted", load: () => import("./status.ts") },
    { name: "run", summary: "a command or task on many hosts", load: () => import("./run.ts") },
    {
      name: "os-update",
      summary: "update the distribution's packages, and reboot where that is needed",
      load: () => import("./os-update.ts"),
    },
    {
      name: "reboot",
      summary: "reboot hosts that need it, one budget and window at a time",
      load: () => import("./reboot.ts"),
    },
    { name: "gc", summary: "forget old generations, and free the disks of hosts", load: () => import("./gc.ts") },
    { name: "remove", summary: "stop managing hosts, and restore what was adopted", load: () => import("./remove.ts") },
  ],
  "The fleet's repo": [
    {
      name: "inventory",
      summary: "list, show and graph what the inventory says",
      load: () => import("./inventory.ts"),
    },
    { name: "hosts", summary: "the hosts that a pattern selects, and why", load: () => import("./hosts.ts") },
    {
      name: "windows",
      summary: "when maintenance windows open, clock changes and all",
      load: () => import("./windows.ts"),
    },
    { name: "secrets", summary: "make, edit, show and check encrypted secrets", load: () => import("./secrets.ts") },
    { name: "keys", summary: "the key that signs what hosts accept", load: () => import("./keys.ts") },
  ],
  "Runs and locks": [
    { name: "runs", summary: "what was done from here, and what became of it", load: () => import("./runs.ts") },
    { name: "lock", summary: "who holds the locks of hosts, and how to break one", load: () => import("./lock.ts") },
    { name: "slots", summary: "who holds the reboot budget", load: () => import("./slots.ts") },
  ],
  "Pieces by hand": [
    { name: "facts", summary: "everything that hosts tell of themselves", load: () => import("./facts.ts") },
    { name: "build", summary: "build hosts' closures and say where they are", load: () => import("./build.ts") },
    { name: "diff", summary: "what lies between two closures of a host", load: () => import("./diff.ts") },
    { name: "ssh", summary: "log in to a host by hand", load: () => import("./ssh.ts") },
  ],
  "About nixfleet": [
    { name: "explain", summary: "what a failure means and what to do about it", load: () => import("./explain.ts") },
    {
      name: "schema",
      summary: "JSON Schemas of plans, events, status and inventory",
      load: () => import("./schema.ts"),
    },
    { name: "completion", summary: "completion for bash, zsh and fish", load: () => import("./completion.ts") },
    { name: "version", summary: "of nixfleet and of what it runs on", load: () => import("./version.ts") },
  ],
};

const forCompletion: CommandEntry = {
  name: "__names",
  summary: "names for completion",
  hidden: true,
  load: () => import("./names.ts"),
};

export const commands: readonly CommandEntry[] = [
  ...Object.entries(grouped).flatMap(([group, entries]) => entries.map((entry) => ({ ...entry, group }))),
  forCompletion,
];
