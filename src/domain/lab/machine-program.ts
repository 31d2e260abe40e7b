/** The shell program that supervises one lab machine, from power-on to power-off. */

import { ARCHIVE_MOUNT } from "./archive/release.ts";

/** What systemd-nspawn exits with when the machine inside asked for a reboot. */
const REBOOT = 133;

/**
 * Called as `sh machine.sh supervise FOLDER CONTROL-GROUP MACHINE-ID HOST-NAME BRIDGE`; an empty CONTROL-GROUP says that
 * the caller is in one of its own already. In FOLDER it finds `image` (a link), `seed/`, `upper/`, `work/` and `root/`.
 *
 * It keeps nothing outside of itself: the machine's mounts live in a mount namespace and its processes in a process
 * namespace that end with it. Its process id is on disk before it makes anything, and it makes nothing once the file
 * `wanted` is gone, so whoever removes that file and then kills the recorded process has ended the machine.
 */
export const MACHINE_PROGRAM = `#!/bin/sh
# Written by nixfleet lab: supervises one machine.
set -eu

supervise() {
  cd "$1"
  exec 9>>supervisor.lock
  flock -n 9 || exit 0
  start=$(sed 's/.*) //' "/proc/$$/stat" | cut -d ' ' -f 20)
  printf '%s %s\\n' "$$" "$start" >supervisor.new
  mv supervisor.new supervisor
  [ -e wanted ] || exit 0
  [ -z "$2" ] || join_group "$2"
  exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- sh ./machine.sh boot "$3" "$4" "$5"
}

# On cgroup v2, on v1, and on both mixed: a group of our own in each hierarchy that systemd uses.
join_group() {
  for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    [ -e "$hierarchy/cgroup.procs" ] || continue
    mkdir -p "$hierarchy/$1"
    echo "$$" >"$hierarchy/$1/cgroup.procs"
  done
}

boot() {
  # Relative names: a comma or colon in the folder's path would end an option of overlayfs.
  mount -t overlay nixfleet-lab -o lowerdir=seed:image,upperdir=upper,workdir=work,redirect_dir=on "$PWD/root"
  # systemd-nspawn leaves folders here; they shall go with us.
  mkdir -p /run/systemd/nspawn
  mount -t tmpfs nixfleet-lab /run/systemd/nspawn
  if [ -d ../../archive ]; then
    mkdir /run/systemd/nspawn/archive
    mount --bind ../../archive /run/systemd/nspawn/archive
  fi
  while :; do
    code=0
    nspawn "$@" </dev/null || code=$?
    [ "$code" = ${REBOOT} ] || exit "$code"
    echo "-- reboot --"
  done
}

# Synchronous writes are left out: nothing in the lab outlives a crash of the machine that carries it, and a killed
# lab machine loses none of them, since its files are in the memory of a kernel that goes on.
nspawn() {
  # The archive is bound by way of this folder of ours: its own path may hold signs that nspawn takes as separators.
  archive=
  [ ! -d ../../archive ] || archive=--bind-ro=/run/systemd/nspawn/archive:${ARCHIVE_MOUNT}
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --register=no --keep-unit --settings=no \\
    --directory="$PWD/root" --machine="$1" --hostname="$2" --network-bridge="$3" --boot \\
    --resolv-conf=off --timezone=off --link-journal=no --suppress-sync=yes --console=read-only $archive
}

"$@"
`;
