/** `bin/switch-to-configuration` of a NixOS-shaped system: NixOS' contract, kept with the systemd of the Debian below. */

/**
 * Takes `switch`, `boot`, `test`, `dry-activate` or `check`. Ends with 1 (usage, pre-switch check, boot loader), 2 (activation
 * script), 4 (units), 11 (locked), 100 (only a boot can activate it) or 101 (its messages cannot be written), as the real one.
 */
export const SWITCH_PROGRAM = `#!/bin/sh
# NixOS-shaped stand-in of a nixfleet lab.
set -u
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
OUT=$(readlink -f "$(dirname "$0")/..")
OLD=$(readlink -f /run/current-system)
action=\${1:-}
exit_code=0

# The real program breaks off where it cannot write its messages.
tell() {
  printf '%s\\n' "$*" >&2 || exit 101
}

case $action in
switch | boot | test | dry-activate | check) ;;
*)
  tell "Usage: $0 [check|switch|boot|test|dry-activate]"
  exit 1
  ;;
esac
[ "$(id -u)" = 0 ] || { tell "$0 must be run as the root user"; exit 1; }
grep -q '^ID="*nixos"*$' /etc/os-release || { tell "This is not a NixOS installation!"; exit 1; }

mkdir -p /run/nixos
exec 9>>/run/nixos/switch-to-configuration.lock
flock -n 9 || { tell "Could not acquire lock"; exit 11; }

if [ "\${NIXOS_NO_CHECK:-}" != 1 ]; then
  "$OUT/pre-switch-checks" "$OUT" "$action" 9>&- >&2 || { tell "Pre-switch checks failed"; exit 1; }
fi
[ "$action" != check ] || exit 0

case $action in
switch | boot)
  "$OUT/install-bootloader" "$OUT" 9>&- >&2 || { tell "Failed to install bootloader"; exit 1; }
  sync
  ;;
esac
[ "$action" != boot ] || exit 0

if [ "$(cat "$OLD/init-interface-version")" != "$(cat "$OUT/init-interface-version")" ]; then
  tell "Warning: do not know how to make this configuration active; please reboot."
  exit 100
fi

lists=/run/nixos
[ "$action" != dry-activate ] || lists=$(mktemp -d)
touch "$lists/start-list" "$lists/restart-list" "$lists/reload-list"
: >"$lists/stop-list"
: >"$lists/skip-list"
add() { grep -qxF "$2" "$lists/$1-list" || printf '%s\\n' "$2" >>"$lists/$1-list"; }
names() { sort -u "$lists/$1-list" | tr '\\n' ' ' | sed -e 's/ $//' -e 's/ /, /g'; }
each() { sort -u "$lists/$1-list"; }
setting() { text "$OUT" "$1" | sed -n "s/^$2=//p" | tail -n 1; }
is_off() { case $1 in false | no | off | 0) return 0 ;; esac; return 1; }
is_on() { case $1 in true | yes | on | 1) return 0 ;; esac; return 1; }
failed_units() {
  systemctl list-units --all --full --plain --no-legend --no-pager |
    awk '{ at = ($1 ~ /[.]/) ? 1 : 2 } $(at + 2) == "failed" || $(at + 3) == "auto-restart" { print $at }'
}

# What becomes of a unit whose file differs.
modified() {
  case $1 in sysinit.target | basic.target | multi-user.target | *.path | *.slice | *.socket) return ;; esac
  if is_on "$(setting "$2" X-ReloadIfChanged)"; then add reload "$1"
  elif is_off "$(setting "$2" X-RestartIfChanged)" || is_on "$(setting "$2" RefuseManualStop)"; then add skip "$1"
  elif is_off "$(setting "$2" X-StopIfChanged)" || [ "\${1%.service}" = "$1" ]; then add restart "$1"
  else add stop "$1"; add start "$1"
  fi
}

# What the activation script asked for.
by_activation() {
  [ ! -e "$lists/activation-restart-list" ] || while read -r unit; do
    if ! systemctl is-active --quiet -- "$unit"; then add start "$unit"
    elif is_on "$(setting "$unit" X-ReloadIfChanged)"; then add reload "$unit"
    elif is_off "$(setting "$unit" X-RestartIfChanged)" || is_on "$(setting "$unit" RefuseManualStop)"; then add skip "$unit"
    else add restart "$unit"
    fi
  done <"$lists/activation-restart-list"
  [ ! -e "$lists/activation-reload-list" ] || while read -r unit; do
    grep -qxF "$unit" "$lists/restart-list" || ! systemctl is-active --quiet -- "$unit" || add reload "$unit"
  done <"$lists/activation-reload-list"
  rm -f "$lists/activation-restart-list" "$lists/activation-reload-list"
}

# text SYSTEM FILE: a unit with its drop-ins, as far as the system brings them.
text() { cat "$1/etc/systemd/system/$2" "$1/etc/systemd/system/$2.d"/*.conf 2>/dev/null; }
without_triggers() { text "$1" "$2" | grep -v '^X-Reload-Triggers='; }

compare_units() {
  systemctl list-units --full --plain --no-legend --no-pager | awk '{ print ($1 ~ /[.]/) ? $1 : $2 }' >"$lists/active"
  while read -r unit; do
    file=$unit
    [ -e "$OLD/etc/systemd/system/$unit" ] || file=$(printf '%s\\n' "$unit" | sed 's/@[^@]*\\(\\.[a-z]*\\)$/@\\1/')
    before=$OLD/etc/systemd/system/$file
    after=$OUT/etc/systemd/system/$file
    case $unit in
    *.target) [ ! -e "$after.wants" ] && [ ! -e "$after.requires" ] || add start "$unit" ;;
    esac
    if [ -f "$before" ] && [ ! -f "$after" ]; then
      add stop "$unit"
    elif [ "$(text "$OLD" "$file")" != "$(text "$OUT" "$file")" ]; then
      [ -f "$before" ] || [ ! -f "$after" ] || continue
      if [ "$(without_triggers "$OLD" "$file")" = "$(without_triggers "$OUT" "$file")" ]; then add reload "$unit"; else modified "$unit" "$file"; fi
    fi
  done <"$lists/active"
}

compare_units
if [ "$action" = dry-activate ]; then
  [ ! -s "$lists/stop-list" ] || tell "would stop the following units: $(names stop)"
  tell "would activate the configuration..."
  "$OUT/dry-activate" "$OUT" 9>&- >&2
  [ ! -s "$lists/reload-list" ] || tell "would reload the following units: $(names reload)"
  [ ! -s "$lists/restart-list" ] || tell "would restart the following units: $(names restart)"
  [ ! -s "$lists/start-list" ] || tell "would start the following units: $(names start)"
  rm -rf "$lists"
  exit 0
fi

if [ -s "$lists/stop-list" ]; then
  tell "stopping the following units: $(names stop)"
  for unit in $(each stop); do systemctl stop -- "$unit" 9>&-; done
fi
[ ! -s "$lists/skip-list" ] || tell "NOT restarting the following changed units: $(names skip)"

tell "activating the configuration..."
NIXOS_ACTION=$action "$OUT/activate" "$OUT" 9>&- >&2 || { tell "Failed to run activate script"; exit_code=2; }

by_activation
systemctl reset-failed
systemctl daemon-reload || { tell "Failed to reload systemd"; exit 1; }

tell "restarting sysinit-reactivation.target"
systemd-tmpfiles --create --remove --exclude-prefix=/dev 9>&- >&2 || { tell "Failed to restart sysinit-reactivation.target"; exit_code=4; }

act() {
  [ -s "$lists/$1-list" ] || return 0
  tell "$2 the following units: $(names "$1")"
  for unit in $(each "$1"); do
    systemctl "$1" -- "$unit" 9>&- >&2 || { tell "Failed to $1 $unit"; exit_code=4; }
  done
  rm -f "$lists/$1-list"
}
act reload reloading
act restart restarting
act start starting

sleep 0.3
failed=$(failed_units | sort | tr '\\n' ' ' | sed -e 's/ $//' -e 's/ /, /g')
if [ -n "$failed" ]; then
  tell "warning: the following units failed: $failed"
  exit_code=4
fi
exit "$exit_code"
`;
