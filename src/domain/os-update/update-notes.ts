/** What people should know of an update beside its packages. */
import type { HostUpdates } from "../apt/updates.ts";
import { kernelTrialNotes } from "../reboot/boot-once.ts";

/** Packages through which the host is reached. */
const WAY_TO_HOST =
  /^(openssh-server|tailscale|wireguard(-tools)?|openvpn|strongswan|netplan\.io|network-manager|ifupdown2?|cloudflared)$/;

export function updateNotes(updates: HostUpdates): string[] {
  const [holder] = updates.lockHolders;
  const names = updates.chosen.installs.map(({ name }) => name);
  const way = names.filter((name) => WAY_TO_HOST.test(name));
  return [
    ...(updates.staleIndexes === null ? [] : ["the package indexes are old: an archive could not be reached"]),
    ...(holder === undefined ? [] : [`process ${holder.pid} holds apt's lock right now: the update waits for it`]),
    ...(updates.broken.length === 0 ? [] : [`half installed, to be repaired first: ${updates.broken.join(", ")}`]),
    ...(way.length === 0
      ? []
      : [`the way to the host is updated, too (${way.join(", ")}): the update goes on without it`]),
    ...kernelTrialNotes(updates.bootOnce, names),
    ...(updates.inhibitors.length === 0 ? [] : [`a reboot is inhibited right now by ${updates.inhibitors.join(", ")}`]),
  ];
}
