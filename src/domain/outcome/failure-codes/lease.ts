/** Failure codes of the area "lease": who may act on a group. */
import type { FailureEntry } from "./types.ts";

export const leaseCodes = {
  "lease/held": {
    kind: "locked",
    meaning: "Another run acts on a group of these hosts.",
    remedy:
      "Wait for it, with `--lock-wait 10m` or by yourself; `nixfleet lock status` shows it, `nixfleet lock release --lease GROUP` takes the lease from a run that is dead for certain.",
  },
  "lease/lost": {
    kind: "locked",
    meaning:
      "The lease of a group expired, or somebody took it over, while the run was at work. No further host was started.",
    remedy: "See who has it with `nixfleet lock status`; `nixfleet runs resume` goes on once it is free.",
  },
  "lease/store": {
    kind: "failed",
    meaning: "The store of leases cannot be asked, so nothing was begun.",
    remedy: "Make the store that `fleet.leases` names reachable.",
  },
  "lease/store-settings": {
    kind: "usage",
    meaning: "`fleet.leases` is no store that NixFleet knows.",
    remedy: "Name an absolute folder, `etcd:http://HOST:2379`, or `host:NAME`.",
  },
} as const satisfies Record<`lease/${string}`, FailureEntry>;
