# shellcheck shell=dash
# Unit files, and what runs from them. Unit files are copies: `systemctl disable` deletes links.

step_units() {
  # With their old files still in place, so that their own way of stopping is used.
  systemctl_each disable --no-reload disable || return
  systemctl_all stop stop || return
  place unit && remove_files unit || return
  systemctl_all reenable --no-reload reenable || return
  systemctl_all enable --no-reload enable
}

step_daemon_reload() {
  local key path
  while IFS=$TAB read -r key path _ <&3; do
    case $key:$path in
    changed-unit:* | gone-unit:* | *-file:/etc/systemd/* | *-file:/usr/lib/systemd/* | *-file:/etc/ssh/*)
      systemctl daemon-reload || return
      break
      ;;
    esac
  done 3<"$work/changed"
  while IFS=$TAB read -r key path <&3; do
    # A unit that failed and is gone would be listed as failed for ever.
    [ "$key" = forget ] && systemctl reset-failed -- "$path" 2>/dev/null
    [ "$key" = unshadow ] && systemctl try-restart -- "$path"
  done 3<"$work/services"
  return 0
}

step_restart() {
  systemctl_all pause stop && systemctl_all resume-socket start && systemctl_all resume start &&
    systemctl_all restart restart
}

step_reload() {
  systemctl_all reload reload-or-restart
}

step_start() {
  awk -F'\t' '$1 == "start" { print $2 }' "$work/services" >"$work/stopped"
  start_wanted
  systemctl_all start-new start && watch_started
}

# A task that ran and ended is not stopped: starting it at each activation would run it again.
start_wanted() {
  local units
  [ -s "$work/stopped" ] || return 0
  units=$(xargs -d '\n' systemctl show -p Id -p Type -p RemainAfterExit -p ActiveState -- <"$work/stopped" | awk -F= '
    function decide() {
      if (value["Id"] != "" && !(value["Type"] == "oneshot" && value["RemainAfterExit"] == "no" && value["ActiveState"] == "inactive"))
        print "start-new\t" value["Id"]
      split("", value)
    }
    $0 == "" { decide(); next } { value[$1] = $2 } END { decide() }')
  [ -z "$units" ] || printf '%s\n' "$units" >>"$work/services"
}

# systemctl_all ACTION WORDS...: one transaction for all units of this action, which systemd orders itself.
systemctl_all() {
  local action=$1 code=0 units output
  shift
  units=$(awk -F'\t' -v action="$action" '$1 == action { print $2 }' "$work/services" | sort -u)
  [ -n "$units" ] || return 0
  printf '%s\n' "$units" >"$work/units"
  case $action in resume | resume-socket | restart | reload | start-new) cat -- "$work/units" >>"$work/touched" ;; esac
  set -f
  # shellcheck disable=SC2086 # names without spaces
  set -- "$@" -- $units
  set +f
  say "  systemctl $*"
  # How often a unit was started lately must not decide over an activation, least of all over going back.
  case $action in restart | start-new) xargs -d '\n' systemctl reset-failed -- <"$work/units" 2>/dev/null ;; esac
  output=$(timeout "$UNIT_JOB_SECONDS" systemctl --no-ask-password "$@" 2>&1) || code=$?
  [ -z "$output" ] || say "$output"
  [ "$code" = 0 ] && return 0
  [ "$code" = 124 ] && problem "systemctl $1 took longer than $UNIT_JOB_SECONDS seconds"
  explain_failed "$work/units" || problem "systemctl $*: ${output%%"$NL"*}"
  return "$EX_FAILED"
}

# systemctl_each ACTION WORDS...: where one unit that systemd does not know any more must not stop the others.
systemctl_each() {
  local action=$1 key unit
  shift
  while IFS=$TAB read -r key unit <&3; do
    [ "$key" = "$action" ] || continue
    say "  $action $unit"
    [ ! -e "$UNIT_DIR/$unit" ] || systemctl "$@" -- "$unit" >&2 || return
  done 3<"$work/services"
}

# watch_started: a service that dies in its first second did not start, though systemd said so.
watch_started() {
  [ -s "$work/touched" ] || return 0
  sleep 1
  ! explain_failed "$work/touched" || return "$EX_FAILED"
}

# explain_failed UNITS: a problem for each that failed, with the end of its journal; false when none did.
explain_failed() {
  local unit failed
  failed=$(sort -u -- "$1" | xargs -d '\n' systemctl show -p Id -p ActiveState -p SubState -p Result -- | awk -F= '
    function decide() {
      if (value["ActiveState"] == "failed" || value["SubState"] == "auto-restart") print value["Id"] " " value["Result"]
      split("", value)
    }
    $0 == "" { decide(); next } { value[$1] = $2 } END { decide() }')
  [ -n "$failed" ] || return 1
  local IFS=$NL
  for unit in $failed; do
    problem "unit ${unit% *} failed: ${unit##* }"
    journal_end "${unit% *}" | tee -a -- "${problems_file:-/dev/null}" >&2
  done
  return 0
}

# journal_end UNIT: what it said since this activation began; with a word of systemd's own where it never came to speak.
journal_end() {
  journalctl --sync 2>/dev/null
  journalctl --no-pager --quiet --output=cat --lines=10 --unit="$1" \
    --since="@$(stat -c %Y -- "$run_folder/started" 2>/dev/null || echo 0)" 2>/dev/null | sed 's/^/  /'
}
