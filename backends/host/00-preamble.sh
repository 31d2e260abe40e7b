#!/bin/sh
# shellcheck shell=dash
# nixfleet-host: the program on the host. README.md beside this file's source is its contract.
# Runs under dash, busybox sh and bash; `local` is the one thing it takes beyond POSIX.
set -u
umask 077
# Byte-wise lengths and sorting, untranslated messages, no quoting of file names by coreutils.
LC_ALL=C
QUOTING_STYLE=literal
# The last three exist on NixOS, where the others hold next to nothing.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PATH=$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin
# A bus address or a trick from the caller's environment must not reach systemctl.
unset CDPATH ENV BASH_ENV IFS SYSTEMD_OFFLINE DBUS_SYSTEM_BUS_ADDRESS NIX_REMOTE NIX_STORE_DIR
export LC_ALL QUOTING_STYLE PATH

# busybox prefers its own smaller programs over the host's.
if [ -n "${BB_ASH_VERSION:-}" ]; then
  for name in awk cat cp cut date find grep head install mktemp mv readlink sha256sum sort stat sync tail timeout tr \
    unshare xargs; do
    for folder in /usr/bin /bin; do
      [ -x "$folder/$name" ] && eval "$name() { $folder/$name \"\$@\"; }" && break
    done
  done
fi

TAB='	'
NL='
'
FORMAT=1
# Raised when restricted hosts must never go back to an earlier program.
PROGRAM=1
PROFILE=/nix/var/nix/profiles/nixfleet/system
ROOTS=/nix/var/nix/gcroots/nixfleet
RUN_DIR=/run/nixfleet
# Links to what is live, and to what was booted.
LIVE=$RUN_DIR/current
BOOTED=$RUN_DIR/booted
# NixOS has its own names for the same things, and activates its systems itself.
NIXOS=
if [ -e /etc/NIXOS ]; then
  NIXOS=1
  PROFILE=/nix/var/nix/profiles/system
  LIVE=/run/current-system
  BOOTED=/run/booted-system
fi
STATE_DIR=/var/lib/nixfleet
UNIT_DIR=/etc/systemd/system
STAGED=.nixfleet-staged
# A start, stop or restart that takes longer counts as failed.
UNIT_JOB_SECONDS=300

EX_USAGE=64
EX_REFUSED=65
EX_CONFLICT=69
EX_FAILED=70
EX_ROLLED_BACK=71
EX_INTERRUPTED=72
EX_STORAGE=73
EX_LOCKED=75
EX_MOVED=76
EX_RESTRICTED=77
EX_UNSUPPORTED=78
