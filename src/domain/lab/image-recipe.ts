/** What the lab's images are made of. Every lab machine is an image with a thin layer of its own on top. */
import { createHash } from "node:crypto";

/** Debian releases that machines may be: the stable one, and unstable, which has the newest Nix and systemd. */
export const suites = ["trixie", "sid"] as const;
export type Suite = (typeof suites)[number];

/** What machines are unless told otherwise. */
export const USUAL_SUITE: Suite = "trixie";

/** Account that the lab's hosts are deployed to with; its uid is fixed because layers refer to it by number. */
export const DEPLOY = { name: "deploy", uid: 1000, password: "nixfleet" } as const;

export const IMAGE_PACKAGES: readonly string[] = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "libpam-systemd",
  "openssh-server",
  "sudo",
  "apt",
  "nix-bin",
  "nix-setup-systemd",
  "git",
  "busybox-static",
  // Only for tools that manage hosts with Python, to compare with.
  "python3",
  "nftables",
  "iproute2",
  "procps",
  "logrotate",
  "ca-certificates",
];

/** Kept out of the image and of every package that is installed later: nobody reads them on a machine that lives an hour. */
const UNWANTED = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*"];

export const DPKG_OPTIONS: readonly string[] = UNWANTED.map((path) => `path-exclude=${path}`);

/**
 * Names an image by everything that decides its content, so that a changed recipe makes another image. What a suite has
 * in its archive moves on: an image stays what it was when it was built.
 */
export function imageName(customize = CUSTOMIZE, suite: Suite = USUAL_SUITE): string {
  const recipe = JSON.stringify([suite, IMAGE_PACKAGES, DPKG_OPTIONS, customize]);
  return `image-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`;
}

/**
 * Runs at the end of the build with the image's folder as its argument. What differs between machines (names, keys,
 * addresses, the shape) is not here but in the machine's own layer.
 */
export const CUSTOMIZE = `#!/bin/sh
set -eu
root=$1
in_image() { chroot "$root" "$@"; }

in_image useradd --create-home --uid ${DEPLOY.uid} --shell /bin/bash --groups nix-users ${DEPLOY.name}
echo '${DEPLOY.name}:${DEPLOY.password}' | in_image chpasswd

# Machines have keys, addresses and an identity of their own.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/machine-id" "$root/var/lib/dbus/machine-id" "$root/etc/hostname"
: >"$root/etc/machine-id"

# There is no package archive and no resolver in the lab; nothing of the building machine stays behind.
: >"$root/etc/apt/sources.list"
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/etc/apt/apt.conf.d/99mmdebstrap.chroot"
: >"$root/etc/resolv.conf"
sed -i 's/^hosts:.*/hosts:          files/' "$root/etc/nsswitch.conf"

# The layer of a machine enables the way in that its distribution uses.
in_image systemctl --quiet disable ssh.service
in_image systemctl --quiet mask sshd-keygen.service fstrim.timer systemd-networkd-wait-online.service
in_image systemctl --quiet enable systemd-networkd.service

mkdir -p "$root/etc/systemd/logind.conf.d" "$root/etc/systemd/journald.conf.d" "$root/nix/store"
printf '[Login]\\nUserStopDelaySec=0\\n' >"$root/etc/systemd/logind.conf.d/lab.conf"
printf '[Journal]\\nStorage=persistent\\nSystemMaxUse=64M\\n' >"$root/etc/systemd/journald.conf.d/lab.conf"
printf 'LogLevel VERBOSE\\nPasswordAuthentication no\\nUseDNS no\\n' >"$root/etc/ssh/sshd_config.d/lab.conf"
printf 'LANG=C.UTF-8\\n' >"$root/etc/default/locale"
`;
