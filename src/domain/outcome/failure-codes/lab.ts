/** Failure codes of the area "lab". */
import type { FailureEntry } from "./types.ts";

export const labCodes = {
  "lab/not-root": {
    kind: "usage",
    meaning: "The lab boots machines and makes a bridge, which only root may do.",
    remedy: "Run the command with sudo.",
  },
  "lab/unsupported": {
    kind: "usage",
    meaning: "This machine cannot run a lab: it is not Linux with Debian packages, or its kernel lacks overlayfs.",
    remedy: "Use Debian 12 or newer, or Ubuntu 24.04 or newer.",
  },
  "lab/missing-packages": {
    kind: "usage",
    meaning: "The lab needs Debian packages that are not installed, and installs nothing unasked.",
    remedy: "Install them, or let the lab do it: nixfleet lab up --install-deps.",
  },
  "lab/install-failed": {
    kind: "failed",
    meaning: "apt-get could not install the packages that the lab needs.",
    remedy: "Read the end of apt's output in the message and mend the package sources.",
  },
  "lab/image-failed": {
    kind: "failed",
    meaning: "mmdebstrap could not build the lab's image.",
    remedy: "Read the end of the log in the message; a mirror can be named with --mirror.",
  },
  "lab/bad-option": {
    kind: "usage",
    meaning: "An option of the lab has a value that it cannot have.",
    remedy: "See nixfleet lab up --help.",
  },
  "lab/subnet-in-use": {
    kind: "usage",
    meaning: "Another interface or route of this machine already uses the lab's addresses.",
    remedy: "Choose other addresses with --subnet, for example a part of 198.18.0.0/15.",
  },
  "lab/different": {
    kind: "usage",
    meaning: "A lab with other options lives in this state folder.",
    remedy: "Take it down first (nixfleet lab down), or give the new one a folder of its own with --state.",
  },
  "lab/none": {
    kind: "usage",
    meaning: "There is no lab in the state folder.",
    remedy: "Bring one up: nixfleet lab up.",
  },
  "lab/unknown-machine": {
    kind: "usage",
    meaning: "The lab has no machine of that name.",
    remedy: "nixfleet lab list shows the names.",
  },
  "lab/machine-off": {
    kind: "usage",
    meaning: "The machine is switched off.",
    remedy: "Switch it on: nixfleet lab power NAME on.",
  },
  "lab/busy": {
    kind: "locked",
    meaning: "Another lab command works on the same lab.",
    remedy: "Wait for it to end, or stop it.",
  },
  "lab/damaged-state": {
    kind: "failed",
    meaning: "The lab's state file cannot be read.",
    remedy: "nixfleet lab down clears the lab away also then.",
  },
  "lab/start-failed": {
    kind: "failed",
    meaning: "A lab machine, its keys or its network could not be set up.",
    remedy: "Read the detail in the message; nixfleet lab down clears away what was begun.",
  },
  "lab/archive-failed": {
    kind: "failed",
    meaning: "The lab's package archive could not be built.",
    remedy: "Read what the named tool said; `apt-utils`, `gpg` and `gpg-agent` have to be installed.",
  },
  "lab/not-ready": {
    kind: "failed",
    meaning: "A lab machine did not finish booting in time.",
    remedy: "The message has the end of its console; nixfleet lab reset NAME starts it afresh.",
  },
} as const satisfies Record<`lab/${string}`, FailureEntry>;
