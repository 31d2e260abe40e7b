/** Failure codes of the area "secrets". */
import type { FailureEntry } from "./types.ts";

export const secretsCodes = {
  "secrets/missing": {
    kind: "usage",
    meaning: "A declared secret has no encrypted file in the fleet's repo, or git does not know it.",
    remedy: "Make it with `nixfleet secrets generate` or `nixfleet secrets edit NAME`, then `git add` it.",
  },
  "secrets/moved": {
    kind: "stale",
    meaning: "The encrypted file, or what a command prints, is not what the plan or the closure was made with.",
    remedy: "Plan again. A file that changed after `git add` is seen only when it is added again in a clean tree.",
  },
  "secrets/unknown": {
    kind: "usage",
    meaning:
      "No host that was selected declares a secret of this name, or the closure does not say where it comes from.",
    remedy: "Look at the name: `nixfleet secrets check` lists the secrets of each host.",
  },
  "secrets/no-identity": {
    kind: "usage",
    meaning: "No identity of this user opens the file: there is none, or none of its recipients is ours.",
    remedy:
      "Name an identity with NIXFLEET_IDENTITY, or have somebody who can open it add you and `nixfleet secrets rekey`.",
  },
  "secrets/bad-identity": {
    kind: "usage",
    meaning: "An identity file cannot be read, holds no identity, or others may read it.",
    remedy: "Give it mode 0600, and check that it is an age identity or an ssh-ed25519 private key without passphrase.",
  },
  "secrets/damaged": {
    kind: "usage",
    meaning: "The encrypted file is cut, was changed, or is not of the format that its name says.",
    remedy: "Take the last good version from git (`git log -- FILE`), or make the secret anew.",
  },
  "secrets/tool-missing": {
    kind: "usage",
    meaning: "A program that this secret needs is not on this machine.",
    remedy: "Install it (Debian: `apt install age`; sops: its release page), or use an age file instead.",
  },
  "secrets/source-failed": {
    kind: "usage",
    meaning: "The program that a secret comes from ended with an error, or did not end in time.",
    remedy: "Run the command by hand: the store may be locked, or you may not be logged in.",
  },
  "secrets/not-kept": {
    kind: "failed",
    meaning: "A rollback needs values of secrets that are no longer kept on the host.",
    remedy: "Check out the fleet's revision of that time and apply it: that delivers them again.",
  },
  "secrets/recipients": {
    kind: "usage",
    meaning: "secrets/recipients.yaml cannot be read, or does not say who may open a secret.",
    remedy: "Correct the named entry; docs/secrets.md shows the form of the file.",
  },
  "secrets/editor": {
    kind: "usage",
    meaning: "The editor ended with an error, or none could be started. The secret is as it was.",
    remedy: "Set EDITOR to a program that works on this terminal, and try again.",
  },
  "secrets/generator": {
    kind: "failed",
    meaning: "A generator could not make its secret. Nothing was written for it.",
    remedy: "Run the generator's command by hand, and see what it says.",
  },
  "secrets/check": {
    kind: "failed",
    meaning:
      "`nixfleet secrets check` found secrets that are missing, unreadable, open to the wrong people, or leaked.",
    remedy: "Each finding says what to do: `generate`, `rekey`, or a new value for what leaked.",
  },
} as const satisfies Record<`secrets/${string}`, FailureEntry>;
