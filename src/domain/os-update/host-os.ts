/** What an update would do to one host, as the plan shows it. */
import { keptBackOf } from "../apt/kept-back.ts";
import { type SimulatedInstall, suiteOf } from "../apt/simulation.ts";
import type { HostUpdates } from "../apt/updates.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { HostOs, PackageUpdate } from "../plan/os-schema.ts";
import type { PlanHost } from "../plan/plan.ts";
import type { UpdatePolicy } from "./policy.ts";

/** Updates and what is kept back, each sorted by name. */
export function hostOs(updates: HostUpdates, policy: UpdatePolicy, promoted: boolean): HostOs {
  const security = new Set(updates.security.installs.map(({ name }) => name));
  return {
    selection: promoted ? "promoted" : policy.selection,
    updates: updates.chosen.installs
      .map((install) => packageUpdate(install, updates, security))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    keptBack: keptBackOf(updates, policy),
    downloadBytes: updates.downloadBytes,
  };
}

function packageUpdate(install: SimulatedInstall, updates: HostUpdates, security: ReadonlySet<string>): PackageUpdate {
  const { name, from, to, origins } = install;
  const known = updates.packages.get(name.replace(/:.*/, ""));
  return {
    name,
    from,
    to,
    source: known?.source ?? name,
    suites: [...new Set(origins.map(suiteOf))].sort(),
    security: security.has(name),
    auto: from === null || known?.auto === true,
  };
}

/** Packages whose scripts ask for a reboot, or whose old code lives on until one. */
const NEEDS_REBOOT =
  /^(linux-image-|linux-base$|libc6$|dbus$|dbus-daemon$|systemd$|intel-microcode$|amd64-microcode$|linux-firmware$)/;

/** Whether a reboot will be needed afterwards; only the packages' own scripts know for sure. */
export function rebootAfter(facts: HostFacts, { updates }: HostOs): PlanHost["reboot"] {
  const asking = updates.map(({ name }) => name).filter((name) => NEEDS_REBOOT.test(name));
  if (asking.length > 0) return { needed: "yes", reasons: asking.map((name) => `${name} is updated`) };
  if (updates.length === 0 || facts.reboot.needed === "yes") return facts.reboot;
  return { needed: "unknown", reasons: ["the updated packages say so when they are installed"] };
}
