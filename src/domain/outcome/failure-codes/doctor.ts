/** Failure codes of the area "doctor": what stands in the way before anything is tried. */
import type { FailureEntry } from "./types.ts";

export const doctorCodes = {
  "doctor/node-too-old": {
    kind: "usage",
    meaning: "The Node that runs NixFleet is older than it is tested with.",
    remedy: "Install a newer Node.",
  },
  "doctor/no-ssh": {
    kind: "usage",
    meaning: "There is no OpenSSH client on this machine; its `ssh -G` resolves addresses.",
    remedy: "Install it (Debian, Ubuntu: apt install openssh-client).",
  },
  "doctor/key-not-named": {
    kind: "usage",
    meaning: "The inventory names the fleet's public keys, and the signing key of this machine is none of them.",
    remedy: "Use the fleet's key, or add this one to `fleet.publicKeys` and bootstrap the hosts again.",
  },
  "doctor/other-base": {
    kind: "usage",
    meaning: "The host runs another distribution than the inventory says.",
    remedy: "Correct `base` of the host in the inventory.",
  },
  "doctor/other-system": {
    kind: "usage",
    meaning: "The host's processor is not the one that the inventory says; closures built for it would not run.",
    remedy: "Correct `system` of the host in the inventory.",
  },
  "doctor/clock": {
    kind: "failed",
    meaning: "The clocks of the host and of this machine differ: times of locks and records cannot be compared.",
    remedy: "Set the clocks, for example with systemd-timesyncd.",
  },
  "doctor/key-not-trusted": {
    kind: "failed",
    meaning: "The host's Nix daemon refused a path that the fleet's key has signed.",
    remedy: "Run `nixfleet bootstrap HOST`, or add the key to trusted-public-keys of its nix.conf.",
  },
  "doctor/unsigned-accepted": {
    kind: "failed",
    meaning: "The host's Nix daemon accepted a path that nobody signed: whoever logs in there decides what root runs.",
    remedy: "Take the deploy account out of trusted-users, and leave require-sigs on.",
  },
  "doctor/key-untried": {
    kind: "failed",
    meaning: "Whether the host trusts the fleet's key was not tried, since this machine has no signing key.",
    remedy: "Run it where the key is.",
  },
  "doctor/other-program": {
    kind: "failed",
    meaning: "A restricted host has another version of NixFleet's program installed than this nixfleet is of.",
    remedy:
      "The next `nixfleet apply` installs this one. Where the host's is newer, update nixfleet here; where it is too old to be replaced that way, run `nixfleet bootstrap HOST` as root.",
  },
  "doctor/disk": {
    kind: "failed",
    meaning: "A file system of the host is nearly full.",
    remedy: "Free some space before it stops an apply.",
  },
  "doctor/interrupted": {
    kind: "failed",
    meaning: "An activation on the host was cut short.",
    remedy: "Apply again: that finishes it.",
  },
} as const satisfies Record<`doctor/${string}`, FailureEntry>;
