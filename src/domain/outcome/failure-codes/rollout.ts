/** Failure codes of the area "rollout": why a rollout stopped, or could not be planned. */
import type { FailureEntry } from "./types.ts";

export const rolloutCodes = {
  "rollout/unknown-strategy": {
    kind: "usage",
    meaning: "--strategy names a rollout that stands nowhere below `rollouts` in the inventory.",
    remedy: "Correct the name, or add the strategy. `all-at-once` is always there.",
  },
  "rollout/window-too-short": {
    kind: "usage",
    meaning: "No window is open long enough for a host to be changed in it.",
    remedy: "Make the window longer; `nixfleet windows` shows how long it really is.",
  },
  "rollout/canary-failed": {
    kind: "halted",
    meaning: "A canary is not healthy, so no other host was started.",
    remedy: "Look at that host, correct the change, and plan again. The others still run what they ran before.",
  },
  "rollout/too-many-failures": {
    kind: "halted",
    meaning: "More hosts failed than the strategy allows, so no further host was started.",
    remedy: "Look at the failed hosts; then plan again, or take the rest with `--rerun not-started`.",
  },
  "rollout/too-many-unreachable": {
    kind: "halted",
    meaning: "More hosts turned unreachable on the way than the strategy allows, so no further host was started.",
    remedy: "Check whether the change cut them off; `nixfleet status` shows who answers.",
  },
  "rollout/no-progress": {
    kind: "halted",
    meaning: "Hosts were at work, and none turned healthy within the progress deadline.",
    remedy: "See what they wait for with `nixfleet runs show`, or allow more time with progressDeadline.",
  },
  "rollout/budget-used-up": {
    kind: "halted",
    meaning: "Hosts that are not healthy take all slots of a budget, so that no other may be taken out of service.",
    remedy: "Bring those hosts back first.",
  },
  "rollout/halt-stays": {
    kind: "halted",
    meaning: "The run was halted, and a halt stays until a person lifts it.",
    remedy:
      "Look at the hosts that failed. `nixfleet runs resume --lift-halt` goes on with those that were not started, `--retry-failed` with the failed ones, too.",
  },
  "rollout/hook": {
    kind: "failed",
    meaning:
      "A hook around the rollout failed. One that stands before it keeps all hosts from being touched; a later one changes nothing.",
    remedy: "Look at what it printed (`nixfleet runs show`), correct it, and run again.",
  },
  "rollout/not-now": {
    kind: "paused",
    meaning: "A preRollout hook ended with exit code 75: this is not the time to change hosts.",
    remedy: "Run it again later.",
  },
  "rollout/canary-held": {
    kind: "paused",
    meaning: "A canary waits for its reboot window or for a slot of a budget, so nobody follows it yet.",
    remedy: "Run it again in the window; `nixfleet windows` shows when, `nixfleet slots status` who holds the slots.",
  },
  "rollout/waits-for-window": {
    kind: "paused",
    meaning: "Hosts wait for a maintenance window.",
    remedy: "`nixfleet runs resume` goes on once it is open; `nixfleet windows` shows when.",
  },
  "rollout/waits-for-approval": {
    kind: "paused",
    meaning: "The next stage waits for a person to agree.",
    remedy: "Look at the hosts that are done, then approve and resume the run.",
  },
} as const satisfies Record<`rollout/${string}`, FailureEntry>;
