/** Failure codes of the area "os": updates of the operating system and reboots. */
import type { FailureEntry } from "./types.ts";

export const osCodes = {
  "os/apt-output": {
    kind: "failed",
    meaning: "apt on the host described its plan in a form that this version of NixFleet does not know.",
    remedy: "Report it with the version of apt and the line that is shown.",
  },
  "os/apt-refused": {
    kind: "failed",
    meaning: "apt on the host cannot work out what to update, for example because of broken dependencies.",
    remedy: "Log in and run `apt-get check`; `nixfleet os-update --repair configure` finishes what was interrupted.",
  },
  "os/no-apt": {
    kind: "failed",
    meaning: "The host is not updated with apt.",
    remedy: "Leave it out; NixOS hosts are updated by their flake's inputs.",
  },
  "os/broken-packages": {
    kind: "failed",
    meaning: "Packages on the host are half installed, or dpkg was interrupted: every update would trip over them.",
    remedy: "Run it with `--repair configure` or `--repair fix`, or mend it by hand with `dpkg --configure -a`.",
  },
  "os/stale-indexes": {
    kind: "failed",
    meaning: "An archive of the host could not be reached, so what is pending there is not known.",
    remedy: "Make the archive reachable; with `--stale-indexes warn` the update goes by the old indexes.",
  },
  "os/no-space": {
    kind: "failed",
    meaning: "A file system of the host has too little room or too few inodes for the update.",
    remedy:
      "Free some; `--remove-old-kernels` or `removeOldKernels` in the policy takes old kernels away where /boot is too small.",
  },
  "os/hold-ignored": {
    kind: "failed",
    meaning: "apt would change a package that the inventory holds.",
    remedy: "Report it with the plan as JSON and the host's /etc/apt/preferences.d.",
  },
  "os/manifest-missing": {
    kind: "stale",
    meaning: "What apt would do on the host is no longer what was approved: the archive moved, or the host did.",
    remedy: "Plan again. A version that left the archive has to be approved anew, beginning with the canary.",
  },
  "os/manifest-old": {
    kind: "stale",
    meaning:
      "The versions of the plan, or of the canary, were chosen longer ago than `maxManifestAge` allows, so security fixes may have come since.",
    remedy: "Plan again, beginning with the canary.",
  },
  "os/blocked": {
    kind: "failed",
    meaning:
      "The host refused the update before anything was changed: broken packages, indexes that cannot be fetched, or a shutdown that is scheduled.",
    remedy: "Correct what is named, then run it again.",
  },
  "os/update-failed": {
    kind: "failed",
    meaning: "apt or dpkg failed in the middle of the update. What was updated until then stays.",
    remedy: "Read the log, correct the cause, and run it again with `--repair configure`.",
  },
  "os/forward-only": {
    kind: "failed",
    meaning:
      "The strategy wants the host put back, and there is no way back from updated packages, reboots and commands.",
    remedy: "Correct the host by hand, or update it once more.",
  },
  "os/no-such-run": {
    kind: "usage",
    meaning: "The run whose versions are to be promoted made no OS update.",
    remedy: "Name a run of `nixfleet os-update`; `nixfleet runs list` shows them.",
  },
  "reboot/need-unknown": {
    kind: "failed",
    meaning: "Nothing on the host records whether a reboot is needed, and unknown is not taken for yes.",
    remedy:
      "Install `needrestart` or `update-notifier-common` on the host, or reboot it with `nixfleet reboot --always`.",
  },
  "reboot/window": {
    kind: "paused",
    meaning: "The host needs a reboot and its window is shut, or too little of it is left.",
    remedy: "Run `nixfleet reboot` in the window; `nixfleet status` shows which hosts wait.",
  },
  "reboot/busy": {
    kind: "paused",
    meaning: "A package manager, cloud-init or an inhibitor was at work on the host for longer than the reboot waits.",
    remedy: "Let it come to its end and run it again, or wait longer with `--busy-timeout`.",
  },
  "reboot/users": {
    kind: "failed",
    meaning:
      "People were still logged in when the time that `waitForUsers` gives them was over. A warning: the host reboots.",
    remedy: "Raise `waitForUsers` for hosts on which people work, or give them a `rebootWindow`.",
  },
  "reboot/budget": {
    kind: "paused",
    meaning: "As many hosts reboot already as the budget allows, or failed hosts keep their slots.",
    remedy: "Run it again later; `nixfleet slots status` shows the holders, `nixfleet slots release` frees a slot.",
  },
  "reboot/store": {
    kind: "failed",
    meaning: "The store of reboot slots cannot be asked, so no further reboot is begun.",
    remedy: "Make the store that `fleet.slots` names reachable.",
  },
  "reboot/store-settings": {
    kind: "usage",
    meaning: "`fleet.slots` is no store that NixFleet knows.",
    remedy: "Write a file, `etcd:http://…`, or `fleetlock:http://…`.",
  },
  "reboot/not-bootable": {
    kind: "failed",
    meaning: "The host would perhaps not come up again, so it was not rebooted.",
    remedy: "Correct what the checks name, then run it again.",
  },
  "reboot/hook": {
    kind: "failed",
    meaning: "A hook around the reboot failed.",
    remedy: "Read the hook's output. A host that was rebooted keeps its slot until it is healthy or released.",
  },
  "reboot/refused": {
    kind: "failed",
    meaning:
      "The host did not take the reboot: something inhibits it, or it was rebooted for the same reasons already.",
    remedy: "Correct what is named. `--force` reboots once more in spite of earlier reboots that changed nothing.",
  },
  "reboot/moved": {
    kind: "stale",
    meaning: "The host was rebooted by somebody else since the plan was made.",
    remedy: "Plan again.",
  },
  "reboot/stuck-shutdown": {
    kind: "failed",
    meaning: "The host took the reboot and did not go down in time.",
    remedy: "Log in and look at `systemctl list-jobs`; the host keeps its slot.",
  },
  "reboot/lost": {
    kind: "failed",
    meaning: "The host went down and did not come back in time.",
    remedy: "Look at its console; the host keeps its slot until it is released.",
  },
  "reboot/unhealthy": {
    kind: "failed",
    meaning: "The host came back and is not well: units failed, or it still needs the reboot that it had.",
    remedy: "Look at what is named; the host keeps its slot until it is released.",
  },
} as const satisfies Record<`os/${string}` | `reboot/${string}`, FailureEntry>;
