# shellcheck shell=dash
# NixOS: calling switch-to-configuration of a system, and what its exit codes mean. Its output goes to a file, never to a
# pipe or connection: it dies in the middle of a switch when it cannot write (exit code 101).

# How long to wait for another switch-to-configuration to end.
SWITCH_LOCK_SECONDS=${NIXFLEET_TEST_SWITCH_LOCK_SECONDS:-300}
SWITCH_LOCK=/run/nixos/switch-to-configuration.lock
SWITCH_LOCKED=11
SWITCH_NEEDS_BOOT=100
SWITCH_PANIC=101

# nixos_switch SYSTEM ACTION: gives its exit code; $work/switched holds what it said.
nixos_switch() {
  local code waited=0 panicked=
  while :; do
    if [ -z "$panicked" ]; then switch_into_log "$1" "$2"; else switch_into_memory "$1" "$2"; fi
    code=$?
    case $code in
    "$SWITCH_LOCKED")
      lock_holder
      [ "$waited" -lt "$SWITCH_LOCK_SECONDS" ] || { problem "$lock_holder holds the lock of switch-to-configuration ($SWITCH_LOCK) for more than $waited seconds"; return "$code"; }
      [ "$waited" -gt 0 ] || say "  waiting for $lock_holder, which holds $SWITCH_LOCK"
      sleep 1
      waited=$((waited + 1))
      ;;
    "$SWITCH_PANIC")
      [ -z "$panicked" ] || return "$code"
      panicked=1
      say "  switch-to-configuration could not write its messages; again, with its messages in memory"
      ;;
    *) return "$code" ;;
    esac
  done
}

# What it starts and makes must inherit neither the activation's flock nor our narrow umask.
switch_into_log() {
  local code offset
  offset=$(stat -c %s -- "$run_folder/log")
  (umask 022 && exec "$1/bin/switch-to-configuration" "$2") </dev/null >>"$run_folder/log" 2>&1 7>&- 3<&-
  code=$?
  tail -c "+$((offset + 1))" -- "$run_folder/log" >"$work/switched"
  return "$code"
}

switch_into_memory() {
  local code
  (umask 022 && exec "$1/bin/switch-to-configuration" "$2") </dev/null >"$work/switched" 2>&1 7>&- 3<&-
  code=$?
  cat -- "$work/switched" 2>/dev/null
  return "$code"
}

# lock_holder: into $lock_holder, in words.
lock_holder() {
  local inode pid
  lock_holder='somebody'
  inode=$(stat -c %i -- "$SWITCH_LOCK" 2>/dev/null) || return 0
  pid=$(awk -v inode="$inode" '$2 == "FLOCK" && $6 ~ (":" inode "$") { print $5; exit }' /proc/locks)
  is_number "$pid" || return 0
  lock_holder="process $pid ($(tr '\000\n\t' '   ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 200))"
}

# failing_units FILE: those that failed, or that systemd starts again and again, sorted. Looks for a second, since such a
# unit runs in between.
failing_units() {
  local look
  for look in 1 2 3 4 5; do
    [ "$look" = 1 ] || sleep 0.25
    systemctl list-units --all --full --plain --no-legend --no-pager 2>/dev/null |
      awk '{ at = ($1 ~ /[.]/) ? 1 : 2 } $(at + 2) == "failed" || $(at + 3) == "auto-restart" { print $at }'
  done | sort -u >"$1"
}

# newly_failing: a problem for each unit that fails now and did not fail before; false when there is none.
newly_failing() {
  local unit
  failing_units "$work/failing-after"
  # What a switch names counts also when the unit itself did not end up as failed, as after a reload.
  sed -n -e 's/^warning: the following units failed: //p' -e 's/^Failed to [a-z]* \([^ :]*\).*/\1/p' "$work/switched" |
    tr ', ' '\n' | grep '[.]' | sort -u - "$work/failing-after" | grep -Fxv -f "$work/failing-before" >"$work/failing-new"
  [ -s "$work/failing-new" ] || return 1
  while IFS= read -r unit <&3; do
    problem "unit $unit failed, which did not fail before"
    journalctl --no-pager --quiet --output=cat --lines=15 --since=-10min --unit="$unit" >&2 2>/dev/null
  done 3<"$work/failing-new"
  return 0
}
