/** Failure codes of the area "plan". */
import type { FailureEntry } from "./types.ts";

export const planCodes = {
  "plan/unreadable": {
    kind: "usage",
    meaning: "The plan file could not be read as JSON.",
    remedy: "Write it again with `nixfleet plan --out FILE`; check that the whole file was transferred.",
  },
  "plan/unknown-format": {
    kind: "usage",
    meaning: "The file is not a plan, or a plan of a format that this version does not know.",
    remedy: "Use the version of NixFleet that wrote it, or plan again.",
  },
  "plan/invalid": {
    kind: "usage",
    meaning: "The plan contradicts itself or the inventory: a check apart from the planner refused it.",
    remedy: "Plan again. If a freshly written plan is refused, report it: the planner and its check disagree.",
  },
  "plan/edited": {
    kind: "usage",
    meaning: "The content of the plan file does not match the digest that is its id.",
    remedy: "A plan is executed exactly as reviewed. Change the fleet instead of the file, and plan again.",
  },
  "plan/unknown-host": {
    kind: "usage",
    meaning: "The plan names a host that the inventory does not have.",
    remedy: "Plan again with the present inventory, or name the inventory that the plan was made with (`-i`).",
  },
  "plan/stale": {
    kind: "stale",
    meaning: "The host moved after the plan was made: another closure, another generation, or edited managed files.",
    remedy: "Look at what changed with `nixfleet status --host HOST`, and plan again.",
  },
  "plan/copied-early": {
    kind: "failed",
    meaning:
      "Closures were sent while others were still built, as --yes allows, and their hosts were not changed after all.",
    remedy: "Nothing has to be done: they are store paths that nothing keeps, and a later apply finds them there.",
  },
  "plan/conflict": {
    kind: "failed",
    meaning: "A path that the closure wants to manage exists on the host and is not managed by NixFleet.",
    remedy: "Move it away, or set `adopt = true` on the file: it is then backed up, and restored on removal.",
  },
  "plan/locked": {
    kind: "locked",
    meaning: "Another run holds the host's lock.",
    remedy:
      "Wait for it to end, with `--lock-wait 10m` or by yourself. `nixfleet status --host HOST` says who holds the lock, and until when.",
  },
  "plan/activation-running": {
    kind: "locked",
    meaning: "An activation is going on right now on the host, perhaps of a run that was detached.",
    remedy: "Wait until it has come to its verdict, with `--lock-wait 10m` or by yourself, then plan again.",
  },
  "plan/nix-missing": {
    kind: "failed",
    meaning: "The host has no Nix, so no closure can be copied there.",
    remedy: "Install Nix with its daemon on the host (on Debian and Ubuntu: `apt install nix-setup-systemd`).",
  },
  "plan/nix-daemon-down": {
    kind: "failed",
    meaning: "The host's Nix daemon does not run, so no closure can be copied there.",
    remedy: "On the host: `systemctl enable --now nix-daemon.socket`, and read `journalctl -u nix-daemon`.",
  },
  "plan/no-space": {
    kind: "failed",
    meaning: "A file system of the host has too little free space, or too few inodes, for the new closure.",
    remedy: "Free some space: `nixfleet gc --collect` forgets old generations and deletes what only they needed.",
  },
  "plan/wrong-base": {
    kind: "usage",
    meaning: "The inventory gives the host another base than the system that runs on it.",
    remedy: "Correct `base` in the inventory: `ubuntu`, `debian` or `nixos`.",
  },
  "plan/not-removable": {
    kind: "usage",
    meaning: "A NixOS host is its system: there is nothing below it that could come back when nixfleet leaves.",
    remedy: "Roll back to a generation from before nixfleet, or just take the host out of the inventory.",
  },
  "plan/no-generation": {
    kind: "failed",
    meaning: "The host has no generation of the kind that was asked for.",
    remedy: "`nixfleet status --host HOST --json` lists what the host has.",
  },
} as const satisfies Record<`plan/${string}`, FailureEntry>;
