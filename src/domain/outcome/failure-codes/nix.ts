/** Failure codes of the area "nix": evaluating, building, signing and copying on the machine of the CLI. */
import type { FailureEntry } from "./types.ts";

export const nixCodes = {
  "nix/warning": {
    kind: "usage",
    meaning: "The fleet's source or a host's configuration says something that its owner should know. Nothing failed.",
    remedy: "Read the text; modules set such warnings themselves.",
  },
  "nix/missing": {
    kind: "usage",
    meaning: "There is no Nix on the machine that runs NixFleet.",
    remedy: "Install Nix (Debian, Ubuntu: apt install nix-bin), or set NIXFLEET_NIX to the path of its `nix` program.",
  },
  "nix/unusable": {
    kind: "usage",
    meaning: "A `nix` program was found, but it does not answer `nix --version` in a known form.",
    remedy: "Run `nix --version` by hand and repair the installation, or set NIXFLEET_NIX to another one.",
  },
  "nix/too-old": {
    kind: "usage",
    meaning: "The Nix that was found is older than NixFleet supports.",
    remedy: "Install a newer Nix, or set NIXFLEET_NIX to one.",
  },
  "nix/bad-override": {
    kind: "usage",
    meaning: "An `--override-input` is not of the form NAME=URL.",
    remedy: "Write for example `--override-input nixpkgs=path:/src/nixpkgs`.",
  },
  "nix/unknown-input": {
    kind: "usage",
    meaning: "An `--update-input` names no input that the fleet's flake locks itself, or no selected host is NixOS.",
    remedy: "`nix flake metadata` lists the inputs; one that follows another is updated with that one.",
  },
  "nix/remote-lock": {
    kind: "usage",
    meaning: "Inputs of a flake that lies elsewhere cannot be updated from here.",
    remedy: "Run it in a checkout of the fleet.",
  },
  "nix/lock-left": {
    kind: "failed",
    meaning: "Hosts failed with the updated inputs, so flake.lock was left as it is.",
    remedy: "Correct the cause and run it again; the plan of the run holds the newer flake.lock.",
  },
  "nix/lock-moved": {
    kind: "failed",
    meaning: "The updated flake.lock could not be put in place: the file changed meanwhile, or cannot be written.",
    remedy:
      "`nix flake update NAME` does by hand what was left out; the plan of the run holds the flake.lock it was made with.",
  },
  "nix/flake-missing": {
    kind: "usage",
    meaning: "The fleet's folder has no flake.nix.",
    remedy: "Run the command in the fleet's folder, or make one with `nixfleet init`.",
  },
  "nix/flake-untracked": {
    kind: "usage",
    meaning: "flake.nix or flake.lock lies in a git repository without being in its index, so Nix does not see it.",
    remedy: "Run `git add flake.nix flake.lock`.",
  },
  "nix/lock-missing": {
    kind: "usage",
    meaning: "The fleet has no flake.lock, so what it is made of could change from one run to the next.",
    remedy: "Run `nix flake lock` and commit flake.lock.",
  },
  "nix/lock-outdated": {
    kind: "usage",
    meaning: "flake.lock does not match the inputs that flake.nix names.",
    remedy: "Run `nix flake lock` and commit flake.lock.",
  },
  "nix/source-failed": {
    kind: "usage",
    meaning: "The fleet's source could not be read by git or Nix.",
    remedy: "Read the message of git or Nix that stands under the error.",
  },
  "nix/flake-failed": {
    kind: "usage",
    meaning: "The fleet's flake cannot be evaluated at all; the error is not one of a single host.",
    remedy: "Repair the place that is shown; `nix flake show` meets the same error.",
  },
  "nix/bad-answer": {
    kind: "usage",
    meaning: "The flake's answer does not have the form that this version of NixFleet expects.",
    remedy: "Update the flake's NixFleet input to the version of the CLI: `nix flake update nixfleet`.",
  },
  "nix/evaluation-failed": {
    kind: "failed",
    meaning: "The configuration of one host cannot be evaluated.",
    remedy: "Repair the place that is shown; other hosts go on.",
  },
  "nix/evaluation-skipped": {
    kind: "failed",
    meaning: "A host was not evaluated since many hosts before it failed in the same way.",
    remedy: "Repair the error of the hosts that were evaluated, and run the command again.",
  },
  "nix/fetch-failed": {
    kind: "failed",
    meaning: "Something that Nix needs could not be downloaded.",
    remedy: "Check the network, the proxy and the substituters of this machine.",
  },
  "nix/build-failed": {
    kind: "failed",
    meaning: "A derivation that the host's closure needs did not build.",
    remedy: "Read the log that is shown, or all of it with `nix log DERIVATION`.",
  },
  "nix/no-place": {
    kind: "failed",
    meaning:
      "None of the places where a host's closure may be built can do it: they are machines of another kind, or the host would not take the result.",
    remedy: "Name a place that can: a builder host of the inventory with the host's `system`, `target`, or `local`.",
  },
  "nix/wrong-system": {
    kind: "failed",
    meaning: "A derivation needs another kind of machine than the one that was to build it.",
    remedy: "Build where such a machine is: a builder host of the inventory with that `system`, or `target`.",
  },
  "nix/place-passed-over": {
    kind: "usage",
    meaning: "A place that was to build could not be used, and the next one that the inventory names was taken.",
    remedy: "Nothing has to be done for this run; look at why the place could not be used.",
  },
  "nix/cache-passed-over": {
    kind: "usage",
    meaning: "A binary cache could not be used, and closures were built or sent instead of fetched from it.",
    remedy: "Nothing has to be done for this run; look at the cache's address and at what it answers.",
  },
  "nix/store-unknown": {
    kind: "failed",
    meaning: "A Nix store other than this machine's cannot be asked or read.",
    remedy: "Read the message of Nix that stands under the error.",
  },
  "nix/closure-missing": {
    kind: "failed",
    meaning: "A closure that a plan names is no longer where it was built, and cannot be built again from here.",
    remedy: "Plan again.",
  },
  "nix/push-failed": {
    kind: "failed",
    meaning: "Closures could not be copied to the store that `build --push` names.",
    remedy: "Read the message of Nix that stands under the error; check the URL and the credentials for it.",
  },
  "nix/bad-manifest": {
    kind: "failed",
    meaning: "A built closure has no manifest, or one that this version of NixFleet does not understand.",
    remedy: "Update the flake's NixFleet input to the version of the CLI: `nix flake update nixfleet`.",
  },
  "nix/store-full": {
    kind: "failed",
    meaning: "The disk that holds a Nix store is full.",
    remedy: "Free space and run the command again: `nixfleet gc --collect` on hosts, `nix store gc` on this machine.",
  },
  "nix/unsigned-path": {
    kind: "failed",
    meaning: "The host's Nix refused a store path since no key that it trusts has signed it.",
    remedy: "Sign with the fleet's key and put its public half into `trusted-public-keys` of the host.",
  },
  "nix/daemon-lost": {
    kind: "failed",
    meaning: "The connection to a Nix daemon ended in the middle.",
    remedy: "Run the command again; if it happens each time, read `journalctl -u nix-daemon` on the host.",
  },
  "nix/daemon-denied": {
    kind: "failed",
    meaning: "The account may not talk to the Nix daemon.",
    remedy: "Put the account into the group that owns the daemon's socket (Debian: `nix-users`).",
  },
  "nix/copy-failed": {
    kind: "failed",
    meaning: "A closure could not be copied to the host.",
    remedy: "Read the message of Nix that stands under the error.",
  },
  "nix/sign-failed": {
    kind: "failed",
    meaning: "Store paths could not be signed.",
    remedy: "Read the message of Nix that stands under the error.",
  },
  "nix/key-missing": {
    kind: "usage",
    meaning: "The file with the fleet's signing key does not exist or cannot be read.",
    remedy: "Make one with `nixfleet keys generate`, or name it with NIXFLEET_SIGNING_KEY.",
  },
  "nix/key-invalid": {
    kind: "usage",
    meaning: "The file does not hold a signing key of Nix, or others may read it.",
    remedy: "Make a key with `nixfleet keys generate`; keep its file at mode 0600.",
  },
  "nix/key-exists": {
    kind: "usage",
    meaning: "A signing key exists already and is never overwritten.",
    remedy: "Keep using it, or name another file with --out.",
  },
  "nix/closure-unknown": {
    kind: "failed",
    meaning:
      "Nix could not list the store paths that belong to a closure, so a plan cannot say what changes in the store.",
    remedy: "Read the message of Nix that stands under the error; the change itself can be applied all the same.",
  },
  "nix/root-failed": {
    kind: "failed",
    meaning: "Store paths could not be protected from garbage collection.",
    remedy: "Read the message of Nix that stands under the error.",
  },
  "nix/timeout": {
    kind: "failed",
    meaning: "Nix took longer than NixFleet waits for it, or went silent.",
    remedy: "Run the command again; with -vv the log of Nix shows what it waits for.",
  },
  "nix/interrupted": {
    kind: "failed",
    meaning: "Nix was stopped since the command was interrupted.",
    remedy: "Run the command again; what was built stays built.",
  },
  "nix/command-failed": {
    kind: "failed",
    meaning: "Nix ended with an error that NixFleet does not know.",
    remedy: "Read the message of Nix that stands under the error.",
  },
} as const satisfies Record<`nix/${string}`, FailureEntry>;
