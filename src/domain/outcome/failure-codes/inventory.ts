/** Failure codes of the area "inventory": the project, its inventory file, and which hosts a command is for. */
import type { FailureEntry } from "./types.ts";

export const inventoryCodes = {
  "inventory/no-project": {
    kind: "usage",
    meaning: "No folder from here up to the git root or the home folder holds a flake.nix or an inventory.",
    remedy: "Change into the project, name it with -C DIR, or make one with nixfleet init.",
  },
  "inventory/not-found": {
    kind: "usage",
    meaning: "The project has no inventory, or none of the name or path given with -i.",
    remedy: "Create inventory/prod.yaml, or name an inventory that exists.",
  },
  "inventory/several": {
    kind: "usage",
    meaning: "The project has several inventories, or several files for one name, and none was chosen.",
    remedy: "Choose with -i NAME or -i PATH.",
  },
  "inventory/unreadable": {
    kind: "usage",
    meaning: "A file that the command needs could not be read.",
    remedy: "Check the path and its permissions.",
  },
  "inventory/script-failed": {
    kind: "usage",
    meaning: "The executable inventory did not start, took too long, or ended with an error.",
    remedy: "Run it by hand with --list; it has to print one JSON object and exit with 0.",
  },
  "inventory/syntax": {
    kind: "usage",
    meaning: "The inventory is not well-formed YAML or JSON.",
    remedy: "Correct the place shown; a schema for editors comes from nixfleet inventory schema.",
  },
  "inventory/tab": {
    kind: "usage",
    meaning: "A line of the inventory is indented with a tab, which YAML forbids.",
    remedy: "Indent with spaces.",
  },
  "inventory/empty": {
    kind: "usage",
    meaning: "The inventory names no host.",
    remedy: "Add one below hosts.",
  },
  "inventory/duplicate-key": {
    kind: "usage",
    meaning: "A key stands twice in one map; YAML readers would silently keep only the last.",
    remedy: "Join the two places, or rename one.",
  },
  "inventory/duplicate-host": {
    kind: "usage",
    meaning: "A host stands twice below hosts.",
    remedy: "Join the two entries, or rename one.",
  },
  "inventory/unknown-key": {
    kind: "usage",
    meaning: "The inventory has a key that NixFleet does not know at this place.",
    remedy: "Correct the name; free values for modules go below vars.",
  },
  "inventory/missing-key": {
    kind: "usage",
    meaning: "A map lacks a key that it needs.",
    remedy: "Add the key.",
  },
  "inventory/wrong-type": {
    kind: "usage",
    meaning: "A value has another type than its key takes.",
    remedy: "Write a value of the expected type; quote text that YAML would read as a number.",
  },
  "inventory/bad-value": {
    kind: "usage",
    meaning: "A value has the right type, but is not one that its key takes.",
    remedy: "Write a value of the expected form; docs/inventory.md lists them.",
  },
  "inventory/bad-window": {
    kind: "usage",
    meaning: "A maintenance window is not of the form DAYS HH:MM-HH:MM ZONE, or its zone is unknown.",
    remedy: 'Write for example "Sun 02:00-04:00 Europe/Berlin" or "Mon..Fri 22:00-02:00 UTC".',
  },
  "inventory/bad-blackout": {
    kind: "usage",
    meaning: "A blackout is not of the form FROM/TO ZONE, or its zone is unknown.",
    remedy:
      'Write for example "2026-12-20/2027-01-03 Europe/Berlin", with both days included, or "2026-12-24T11:00Z/2026-12-25T05:00Z".',
  },
  "inventory/unknown-host": {
    kind: "usage",
    meaning: "A host is named that the inventory does not have.",
    remedy: "Correct the name, or add the host.",
  },
  "inventory/unknown-group": {
    kind: "usage",
    meaning: "A group is named that the inventory does not have.",
    remedy: "Correct the name, or add the group.",
  },
  "inventory/unknown-rollout": {
    kind: "usage",
    meaning: "A rollout strategy is named that stands nowhere below rollouts.",
    remedy: "Correct the name, or add the strategy.",
  },
  "inventory/unknown-tag": {
    kind: "usage",
    meaning: "A tag is named that no host has.",
    remedy: "Correct the name; nixfleet inventory list shows the tags of every host.",
  },
  "inventory/unknown-role": {
    kind: "usage",
    meaning: "A role is named that no host has.",
    remedy: "Correct the name; nixfleet inventory list shows the roles of every host.",
  },
  "inventory/no-role-file": {
    kind: "usage",
    meaning: "A host has a role without a module: modules/<role>.nix does not exist.",
    remedy: "Correct the role's name, or write the module.",
  },
  "inventory/no-host-file": {
    kind: "usage",
    meaning:
      "A host has no file of its own: hosts/<name>.nix does not exist, and no flakeAttr names its configuration.",
    remedy: "Create the file (an empty module is enough), or set flakeAttr.",
  },
  "inventory/reserved-group": {
    kind: "usage",
    meaning: "A group has the name of an automatic group: all, or a base.",
    remedy: "Rename it; settings for all hosts go below defaults.",
  },
  "inventory/group-cycle": {
    kind: "usage",
    meaning: "Groups are children of each other in a circle.",
    remedy: "Take one of the children out.",
  },
  "inventory/conflict": {
    kind: "usage",
    meaning: "Two groups, neither a parent of the other, set one value differently for a host that is in both.",
    remedy: "Set it on the host, in a group that is a child of both, or in one of the two only.",
  },
  "inventory/no-address": {
    kind: "usage",
    meaning: "A host has no addr.",
    remedy: "Add its address or DNS name.",
  },
  "inventory/no-base": {
    kind: "usage",
    meaning: "A host has no base, so it is not known what runs on it.",
    remedy: "Add base: ubuntu, debian or nixos, on the host, a group or below defaults.",
  },
  "inventory/glob-matches-nothing": {
    kind: "usage",
    meaning: "A pattern matches no host. In a group this is a warning only: the hosts may come later.",
    remedy: "Check the pattern with nixfleet hosts PATTERN.",
  },
  "inventory/ambiguous-name": {
    kind: "usage",
    meaning: "A host and a group have the same name, so a pattern with that name means both. A warning only.",
    remedy: "Rename one of the two, or select with --host and --group.",
  },
  "inventory/ignored-setting": {
    kind: "usage",
    meaning: "A setting has no effect where it stands. A warning only.",
    remedy: "Take it out, or move it to where it acts.",
  },
  "inventory/bad-pattern": {
    kind: "usage",
    meaning: "A host pattern is not well-formed.",
    remedy: "See nixfleet hosts --help for the grammar.",
  },
  "inventory/nothing-to-rerun": {
    kind: "usage",
    meaning: "There is no run to take failed hosts from, or no host failed in it.",
    remedy: "nixfleet runs list shows the runs; name one with --run ID.",
  },
  "inventory/nothing-selected": {
    kind: "usage",
    meaning: "The selection is empty: no host matches all of the flags given.",
    remedy: "Loosen the selection; nixfleet hosts PATTERN shows what a pattern selects.",
  },
} as const satisfies Record<`inventory/${string}`, FailureEntry>;
