/** Failure codes of the area "bootstrap": preparing a fresh host. */
import type { FailureEntry } from "./types.ts";

export const bootstrapCodes = {
  "bootstrap/unsupported": {
    kind: "failed",
    meaning:
      "The host is of a kind that cannot be prepared: no Ubuntu or Debian, no systemd, or a configuration that is generated.",
    remedy: "Do by hand what docs/bootstrap.md lists, or leave the host out.",
  },
  "bootstrap/no-nix": {
    kind: "failed",
    meaning: "The host has no usable Nix, and its distribution offers none that is new enough.",
    remedy: "Install Nix there with its official installer (multi-user), then run the command again.",
  },
  "bootstrap/step-failed": {
    kind: "failed",
    meaning: "A step of the preparation failed. Those before it stay done, and are found done the next time.",
    remedy: "Read what the host says, correct it, and run the command again.",
  },
  "bootstrap/not-proven": {
    kind: "failed",
    meaning: "Every step went well, but the host does not do what it was prepared for.",
    remedy: "Read what differs; `nixfleet doctor` tells it again at any time.",
  },
  "bootstrap/no-login-key": {
    kind: "usage",
    meaning: "No public SSH key was found that the deploy account could be logged in to with.",
    remedy: "Name one with `--public-key FILE`; `ssh-keygen -t ed25519` makes one.",
  },
} as const satisfies Record<`bootstrap/${string}`, FailureEntry>;
