/** Failure codes of the area "host". */
import type { FailureEntry } from "./types.ts";

export const hostCodes = {
  "host/unhealthy": {
    kind: "failed",
    meaning: "After the change a health check failed, or a unit that was well before. The host was told to go back.",
    remedy: "Read which check failed; `nixfleet status` shows whether the host is well on its previous closure.",
  },
  "host/command-failed": {
    kind: "failed",
    meaning: "The command or task ran on the host and ended with an exit code other than 0.",
    remedy: "Read its output above, or in the run's log of that host.",
  },
  "host/command-timeout": {
    kind: "failed",
    meaning: "The command or task ran longer than it may, and the host ended it.",
    remedy: "Give it more time with --timeout, or with `timeout` of the task in the inventory.",
  },
  "host/hook": {
    kind: "failed",
    meaning: "A hook around a host's change failed, on the host, here or on another host.",
    remedy: "Read its output in the run's log; `onFailure: warn` goes on in spite of it.",
  },
  "host/not-now": {
    kind: "paused",
    meaning: "A hook ended with exit code 75: now is not the time to change this host. Nothing was done to it.",
    remedy: "Run it again later.",
  },
  "host/unseen": {
    kind: "failed",
    meaning: "The process that ran the command on the host ended before the command did, and nobody saw how it ended.",
    remedy: "Look on the host what became of it, then run it again where it is needed.",
  },
  "host/protocol": {
    kind: "failed",
    meaning: "What the program on the host printed is not the answer NixFleet understands.",
    remedy: "Make sure that no login script of the host prints to standard output, then try again.",
  },
  "host/cut-off": {
    kind: "failed",
    meaning: "The program on the host ended, or its connection was lost, before it had told its exit code.",
    remedy: "Try again. An activation that had started goes on by itself and is found again by the next run.",
  },
  "host/facts": {
    kind: "failed",
    meaning: "A fact that the host reported is not of the form it must have.",
    remedy:
      "Look at what is named on the host itself; if it is as it should be there, report it with the versions of both.",
  },
  "host/usage": {
    kind: "internal",
    meaning: "The program on the host did not understand what it was asked to do.",
    remedy:
      "On a restricted host the next `nixfleet apply` installs the program of this version, and `nixfleet bootstrap HOST` as root where the old one is too old for that. Elsewhere report it with the version of NixFleet and the command.",
  },
  "host/refused": {
    kind: "failed",
    meaning: "The closure, its manifest or the state on the host is of a kind this version cannot work with.",
    remedy: "Build the closure again with this version, or use the newer version that wrote the host's state.",
  },
  "host/conflict": {
    kind: "failed",
    meaning: "Something on the host stands in the way of the closure. Nothing was changed.",
    remedy: "Move the named file away, set `adopt = true` for it, or leave it out of the configuration.",
  },
  "host/activation": {
    kind: "failed",
    meaning: "The activation failed part-way and the previous closure could not be put back.",
    remedy:
      "Correct the cause that the log names and apply again; an interrupted activation is finished by the next one.",
  },
  "host/interrupted": {
    kind: "failed",
    meaning: "The activation was killed, or the host went down, before it was done.",
    remedy: "Apply again: it continues from the state that was left.",
  },
  "host/rolled-back": {
    kind: "failed",
    meaning: "The activation failed and the host put the previous closure back by itself.",
    remedy: "Correct the cause that the log names, then apply again.",
  },
  "host/waits-for-boot": {
    kind: "paused",
    meaning:
      "The NixOS system is committed and will run after the next boot: it could not be made live, or the inventory did not want it.",
    remedy: "Reboot the host when it suits. Until then it runs the system from before.",
  },
  "host/storage": {
    kind: "failed",
    meaning: "The host has no room or no permission to write what the activation needs.",
    remedy: "Free disk space or inodes on the named filesystem, then apply again.",
  },
  "host/locked": {
    kind: "locked",
    meaning: "Another run holds the host's lock, or an activation is going on there.",
    remedy: "Wait for it; `nixfleet status --host HOST` says who holds the lock.",
  },
  "host/moved": {
    kind: "stale",
    meaning: "The host is no longer in the state that the plan was made for.",
    remedy: "Make a new plan.",
  },
  "host/restricted": {
    kind: "failed",
    meaning:
      "The host is restricted: it takes only what its fleet signed for it, and what it was asked is not. Nothing was done; the refusal stands in the host's audit.",
    remedy: "Read what it says. docs/trust.md lists what restricted hosts take, and what they refuse.",
  },
  "host/not-restricted": {
    kind: "usage",
    meaning: "The inventory says that the host is restricted, and by which name; the host itself does not.",
    remedy: "`nixfleet bootstrap --restricted HOST` prepares it; or correct `access` or the name in the inventory.",
  },
  "host/serial-ahead": {
    kind: "failed",
    meaning:
      "The host has taken a deploy record whose serial lies in the future by this machine's clock. Somebody's clock was wrong, or somebody lies for the host.",
    remedy: "See that this machine's clock is right, look at the host's audit, then pass --override-serial.",
  },
  "host/unsupported": {
    kind: "failed",
    meaning: "The host lacks something that NixFleet needs, such as systemd as its first process or Nix.",
    remedy: "Install what is named, or leave the host out.",
  },
} as const satisfies Record<`host/${string}`, FailureEntry>;
