/** What a NixOS-shaped machine does when it boots: NixOS' second stage, as an early unit of the Debian below. */

/** The entry of the boot menu for the next boot only. The real boot loader keeps it in a variable of the firmware. */
const ONE_SHOT = "/boot/loader/oneshot";

/** `bootctl` as far as a deployment tool needs it. */
export const BOOTCTL_PROGRAM = `#!/bin/sh
# NixOS-shaped stand-in of a nixfleet lab.
case \${1:-} in
is-installed) [ -e /boot/loader/loader.conf ] ;;
set-oneshot)
  [ -n "\${2:-}" ] || { rm -f ${ONE_SHOT}; exit 0; }
  printf '%s\\n' "$2" >${ONE_SHOT}
  sync
  ;;
*)
  echo "Usage: bootctl is-installed | set-oneshot ID" >&2
  exit 1
  ;;
esac
`;

/** Where the parts lie that the first boot makes the machine's first system of. */
export const FACTORY = "/usr/lib/nixos-lab";

/**
 * Runs the system that the boot menu has as its default, or once the one that `bootctl set-oneshot` or GRUB's next_entry named. A fresh machine has
 * none: its first boot puts the factory's parts into the store, as an installer would, and makes them generation 1. A kernel that
 * says of itself that it panics does not come up.
 */
export const BOOT_PROGRAM = `#!/bin/sh
# NixOS-shaped stand-in of a nixfleet lab: the second stage of a boot.
set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root
profile=/nix/var/nix/profiles/system

install_factory() {
  local work kernel initrd system
  work=$(mktemp -d)
  kernel=$(nix-store --add ${FACTORY}/linux-6.12.30)
  initrd=$(nix-store --add ${FACTORY}/initrd-linux-6.12.30)
  cp -a ${FACTORY}/nixos-system-factory-25.05 "$work/"
  ln -s "$kernel/bzImage" "$work/nixos-system-factory-25.05/kernel"
  ln -s "$kernel" "$work/nixos-system-factory-25.05/kernel-modules"
  ln -s "$initrd/initrd" "$work/nixos-system-factory-25.05/initrd"
  printf %s "$(uname -m)-linux" >"$work/nixos-system-factory-25.05/system"
  system=$(nix-store --add "$work/nixos-system-factory-25.05")
  rm -rf "$work"
  # A folder that is added as it is has no references: keep what it links to.
  mkdir -p /nix/var/nix/gcroots/nixos-lab
  ln -sfn "$kernel" /nix/var/nix/gcroots/nixos-lab/kernel
  ln -sfn "$initrd" /nix/var/nix/gcroots/nixos-lab/initrd
  nix-env --profile "$profile" --set "$system"
  "$system/install-bootloader" "$system"
}

systemd_boot() {
  local entry
  entry=$(sed -n 's/^default //p' /boot/loader/loader.conf)
  # The boot loader forgets it before the kernel runs.
  if [ -s ${ONE_SHOT} ]; then
    entry=$(cat ${ONE_SHOT})
    rm -f ${ONE_SHOT}
    sync
  fi
  sed -n 's|^options init=\\(/nix/store/[^/]*\\)/init .*|\\1|p' "/boot/loader/entries/$entry"
}

# The default is the first of all entries, \`1>N\` number N of the submenu.
grub() {
  local entry env=/boot/grub/grubenv
  entry=$(grub-editenv $env list | sed -n 's/^next_entry=1>//p')
  grub-editenv $env unset next_entry
  sync
  sed -n 's|^  linux .* init=\\(/nix/store/[^/]*\\)/init .*|\\1|p' /boot/grub/grub.cfg | sed -n "$((\${entry:--1} + 2))p"
}

[ -L "$profile" ] || install_factory
if [ -e /boot/grub/grub.cfg ]; then system=$(grub); else system=$(systemd_boot); fi
if grep -q panics "$system/kernel"; then
  echo "Kernel panic - not syncing: $system" >/dev/console
  exec sleep infinity
fi
mkdir -p /run/nixos
ln -sfn "$system" /run/booted-system
"$system/activate" || echo "the activation of $system failed" >&2
systemctl daemon-reload
# What this system wants and the last one did not have is not in the boot's transaction.
systemctl start --no-block multi-user.target timers.target sockets.target
`;

export const BOOT_UNIT = `[Unit]
Description=NixOS stage 2 (nixfleet lab)
DefaultDependencies=no
Before=sysinit.target systemd-sysusers.service systemd-tmpfiles-setup.service basic.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${FACTORY}/stage-2
`;
