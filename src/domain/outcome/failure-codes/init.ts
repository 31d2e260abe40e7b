/** Failure codes of the area "init": a new project. */
import type { FailureEntry } from "./types.ts";

export const initCodes = {
  "init/bad-host": {
    kind: "usage",
    meaning: "A --host is not of the form NAME=ADDRESS, or two of them have one name.",
    remedy: "Write for example `--host web-1=10.0.1.11`.",
  },
  "init/bad-source": {
    kind: "usage",
    meaning: "Nothing tells where NixFleet itself is to come from, or what was told is no flake.",
    remedy: "Name it with `--nixfleet URL`, such as a git URL or the path of a checkout.",
  },
  "init/project-exists": {
    kind: "usage",
    meaning: "The folder has an inventory already, and `nixfleet init` changes no file that is there.",
    remedy: "Add the host to the inventory by hand, with a file hosts/NAME.nix.",
  },
  "init/not-written": {
    kind: "usage",
    meaning: "The new project's files cannot be written, or git refused its part.",
    remedy: "Check the folder and its permissions.",
  },
} as const satisfies Record<`init/${string}`, FailureEntry>;
