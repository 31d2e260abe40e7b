# shellcheck shell=dash
# An OS update as a unit of its own: it outlives the connection that asked for it, and tells its result on disk.

# os-update RUN OWNER REPAIR STALE PHASING: REPAIR is `never`, `configure` or `fix`, STALE is `fail` or `warn`. The payload has the
# sections @chosen, preferences that leave exactly what was approved, and @approved, lines of name, old and new version; none where
# only a repair is wanted; and @kernels, packages of old kernels that make room for it.
verb_os_update() {
  { [ $# -eq 5 ] && is_run_id "$1" && is_field "$2"; } || refuse "$EX_USAGE" "os-update: bad arguments"
  require_apt
  require_systemd
  case $3:$4 in never:fail | never:warn | configure:fail | configure:warn | fix:fail | fix:warn) ;; *) refuse "$EX_USAGE" "os-update: unknown policy" ;; esac
  phasing_option "$5"
  run=$1.os
  run_folder=$STATE_DIR/runs/$run
  [ -e "$run_folder/started" ] && follow_run 0
  now=$(date +%s)
  require_lock "$1"
  if running_activation; then
    emit activation "$running"
    refuse "$EX_LOCKED" "run $running is at work on this host"
  fi
  make_state_folder
  { mkdir -p -- "$run_folder" && payload_sections "$run_folder" && { [ -s "$run_folder/approved" ] || [ "$3" != never ]; } && [ -e "$run_folder/chosen" ] &&
    full_overlay "$run_folder/chosen" >"$run_folder/preferences" &&
    printf 'owner\t%s\nrepair\t%s\nstale\t%s\nphasing\t%s\n' "$2" "$3" "$4" "$5" >"$run_folder/request" &&
    copy_program "$run_folder/program" && : >>"$run_folder/log" && sync "$run_folder/program"; } ||
    refuse "$EX_STORAGE" "cannot write in $run_folder"
  start_os_unit
  follow_run 0
}

# Stopping the unit ends its shell and leaves dpkg to finish what it is at.
start_os_unit() {
  : >"$run_folder/started"
  line=$(systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="nixfleet-os-update-${run%.os}" \
    --description="NixFleet OS update ${run%.os}" --property=StandardInput=null --property=KillMode=process \
    --property=TimeoutStopSec=900 --property=OOMScoreAdjust=-900 --setenv=NIXFLEET_TEST_KILL_AT="${NIXFLEET_TEST_KILL_AT:-}" \
    -- /bin/sh "$run_folder/program" os-supervise "$run" 2>&1) && return 0
  rm -f -- "$run_folder/started"
  refuse "$EX_FAILED" "systemd could not start the update: $line"
}

# os-supervise RUN: inside the unit. Holds apt's own daily lock, so that the distribution's timers wait for us.
verb_os_supervise() {
  local code key value
  run=$1
  run_folder=$STATE_DIR/runs/$run
  exec >>"$run_folder/log" 2>&1
  problems_file=$run_folder/problems
  failed_step=
  while IFS=$TAB read -r key value; do
    case $key in owner) owner=$value ;; repair) repair=$value ;; stale) stale=$value ;; phasing) phasing_option "$value" ;; esac
  done <"$run_folder/request"
  exec 7>>"$RUN_DIR/activation.flock"
  flock -n 7 || { problem "another run is at work on this host"; os_result "$EX_LOCKED"; exit "$EX_LOCKED"; }
  printf '%s\n' "$run" >"$RUN_DIR/activation.flock"
  still_ours "$run" || { problem "the lock went to another run before the update began"; os_result "$EX_LOCKED"; exit "$EX_LOCKED"; }
  os_daily_lock && os_transaction
  code=$?
  case $code in 0 | "$EX_CONFLICT" | "$EX_FAILED" | "$EX_STORAGE" | "$EX_LOCKED" | "$EX_MOVED") ;; *) code=$EX_FAILED ;; esac
  audit os-update "${run%.os}" "$owner" "code $code, $(wc -l <"$run_folder/changed" 2>/dev/null || echo 0) packages"
  forget_old_runs
  os_result "$code"
  : >"$RUN_DIR/activation.flock"
  exit "$code"
}

os_daily_lock() {
  mkdir -p -- "${APT_DAILY_LOCK%/*}"
  exec 6>>"$APT_DAILY_LOCK"
  flock -n 6 && return 0
  say "waiting for apt's daily job"
  flock -w 3600 6 && return 0
  problem "apt's daily job holds $APT_DAILY_LOCK for more than an hour"
  return "$EX_LOCKED"
}

# os_result CODE: in memory when the disk is full, so that whoever follows still learns it.
os_result() {
  local file
  for file in "$run_folder/result" "$RUN_DIR/result-$run"; do
    {
      printf 'code\t%s\nat\t%s\n' "$1" "$(date +%s)"
      [ -z "$failed_step" ] || printf 'step\t%s\n' "$failed_step"
      [ ! -e "$run_folder/apt-exit" ] || printf 'apt-exit\t%s\n' "$(cat "$run_folder/apt-exit")"
      os_result_lines package changed
      os_result_lines conffile conffiles
      os_result_lines service services
      [ "$1" != 0 ] || os_result_lines repaired repaired
    } >"$file.new" && sync "$file.new" && mv -f -- "$file.new" "$file" && break
  done
  printf '%s\t%s\t%s\t%s\n' "${run%.os}" "$1" "$(date +%s)" "$(wc -l <"$run_folder/changed" 2>/dev/null || echo 0)" \
    >"$STATE_DIR/last-os-update.new" && mv -f -- "$STATE_DIR/last-os-update.new" "$STATE_DIR/last-os-update"
}

# os_result_lines KEY FILE
os_result_lines() {
  [ ! -e "$run_folder/$2" ] || awk -v key="$1" '$0 != "" { print key "\t" $0 }' "$run_folder/$2"
}
