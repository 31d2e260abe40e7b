# shellcheck shell=dash
# Starting an activation: a unit of its own, which outlives the connection that asked for it.

# activate RUN SYSTEM EXPECTED-SYSTEM EXPECTED-GENERATION OWNER REVISION [DESCRIPTION MODE]
verb_activate() {
  take_confirm "$@" && shift
  case $#:${8:-live} in 6:live | 8:live | 8:boot | 8:once) ;; *) refuse "$EX_USAGE" "activate takes six arguments, or eight" ;; esac
  { [ "${7:--}" = - ] || is_store_path "$7"; } || refuse "$EX_USAGE" "activate: not a store path: $7"
  is_store_path "$2" || refuse "$EX_USAGE" "activate: not a store path: $2"
  begin_run "$@"
}

# remove RUN EXPECTED-SYSTEM EXPECTED-GENERATION OWNER REVISION
verb_remove() {
  take_confirm "$@" && shift
  [ $# -eq 5 ] || refuse "$EX_USAGE" "remove takes five arguments"
  [ -z "$NIXOS" ] || refuse "$EX_REFUSED" "a NixOS host always runs a system: there is no unmanaged state to go back to"
  run=$1
  shift
  begin_run "$run" - "$@"
}

begin_run() {
  { is_run_id "$1" && is_number "$4" && is_field "$5" && is_field "$6"; } || refuse "$EX_USAGE" "bad arguments"
  run=$1
  run_folder=$STATE_DIR/runs/$run
  # Asked again after a lost connection: the run is what it is.
  if [ -e "$run_folder/started" ]; then
    follow_run 0
  fi
  require_systemd
  now=$(date +%s)
  require_lock "$run"
  if running_activation; then
    emit activation "$running"
    refuse "$EX_LOCKED" "the activation of run $running is going on"
  fi
  require_expected "$3" "$4"
  write_request "$2" "$5" "$6" "${7:--}" "${8:-live}"
  note_confirm
  # A description has its system in its closure.
  if [ "${7:--}" = - ]; then hold_root "${run%%.*}" "$2"; else hold_root "${run%%.*}" "$7"; fi
  start_unit
  follow_run 0
}

require_systemd() {
  [ -d /run/systemd/system ] || refuse "$EX_UNSUPPORTED" "systemd is not the first process of this host"
}

# require_expected SYSTEM GENERATION: what the plan found is what there is.
require_expected() {
  resolve_live
  committed_generation
  [ "$live" = "$1" ] && [ "$generation" = "$2" ] && return 0
  [ "$live" = - ] || emit system.live "$live"
  emit generation.committed "$generation"
  refuse "$EX_MOVED" "expected $1 live and generation $2; found $live and generation $generation"
}

# resolve_live: into $live; the link may go by way of the profile.
resolve_live() {
  live=-
  # shellcheck disable=SC2153 # the preamble sets LIVE
  [ -L "$LIVE" ] || return 0
  live=$(readlink -f -- "$LIVE")
  is_store_path "$live" || live=-
}

# write_request SYSTEM OWNER REVISION DESCRIPTION MODE
write_request() {
  make_state_folder
  { mkdir -p -- "$run_folder" &&
    printf 'system\t%s\nowner\t%s\nrevision\t%s\nmanifest\t%s\nmode\t%s\n' "$1" "$2" "$3" "$4" "$5" >"$run_folder/request" &&
    { ! first_line "$RUN_DIR/lock.fences" || printf 'fences\t%s\n' "$line" >>"$run_folder/request"; } &&
    { [ -z "${NIXFLEET_SERIAL:-}" ] || printf 'serial\t%s\n' "$NIXFLEET_SERIAL" >>"$run_folder/request"; } &&
    copy_program "$run_folder/program" && : >>"$run_folder/log" && sync "$run_folder/program"; } ||
    refuse "$EX_STORAGE" "cannot write in $run_folder"
}

make_state_folder() {
  { mkdir -p -- "$STATE_DIR/runs" "$STATE_DIR/backup" "$STATE_DIR/edited" && chmod 0755 "$STATE_DIR" &&
    chmod 0700 "$STATE_DIR/runs" "$STATE_DIR/backup" "$STATE_DIR/edited"; } ||
    refuse "$EX_STORAGE" "cannot write in $STATE_DIR"
}

# copy_program FILE: this program without the payload behind it.
copy_program() {
  if [ -n "${NIXFLEET_PROGRAM_BYTES:-}" ]; then
    head -c "$NIXFLEET_PROGRAM_BYTES" -- "$0" >"$1"
  else
    cp -- "$0" "$1"
  fi
}

start_unit() {
  : >"$run_folder/started"
  set -- --quiet --collect --no-ask-password --service-type=exec --unit="nixfleet-activate-$run" \
    --description="NixFleet activation $run" --property=StandardInput=null --property=OOMScoreAdjust=-900 \
    --property=TimeoutStopSec=30
  # Killed, but not stopped: then it begins again, and recovers. ExecStopPost is not run when the whole unit is killed.
  [ "${confirm_within:-0}" = 0 ] || set -- "$@" --property=Restart=on-abnormal --property=RestartSec=100ms
  [ -z "${NIXFLEET_TEST_KILL_AT:-}" ] || set -- "$@" --setenv=NIXFLEET_TEST_KILL_AT="$NIXFLEET_TEST_KILL_AT"
  [ -z "${NIXFLEET_TEST_SWITCH_LOCK_SECONDS:-}" ] || set -- "$@" --setenv=NIXFLEET_TEST_SWITCH_LOCK_SECONDS="$NIXFLEET_TEST_SWITCH_LOCK_SECONDS"
  line=$(systemd-run "$@" -- /bin/sh "$run_folder/program" supervise "$run" 2>&1) && return 0
  rm -f -- "$run_folder/started"
  refuse "$EX_FAILED" "systemd could not start the activation: $line"
}

# supervise RUN: inside the unit. The result is the last thing it writes.
verb_supervise() {
  local code
  run=$1
  run_folder=$STATE_DIR/runs/$run
  [ ! -e "$run_folder/supervised" ] || verb_recover "$run"
  : >"$run_folder/supervised"
  exec >>"$run_folder/log" 2>&1
  problems_file=$run_folder/problems
  edited=$STATE_DIR/edited/$(date -u +%Y-%m-%dT%H%M%SZ)-$run
  load_request
  exec 7>>"$RUN_DIR/activation.flock"
  if ! flock -n 7; then
    problem "another activation is going on"
    write_result "$EX_LOCKED"
    exit "$EX_LOCKED"
  fi
  printf '%s\n%s\n' "$run" "${fences:--}" >"$RUN_DIR/activation.flock"
  # Between the asking and this flock another run may have taken the lock over.
  if ! still_ours "$run"; then
    problem "the lock went to another run before the activation began"
    write_result "$EX_LOCKED"
    exit "$EX_LOCKED"
  fi
  # Whoever asked for it could hold the asking up, so here, and not there, it is the newest that counts.
  if [ -n "${by_serial:-}" ] && { ! first_line "$SERIAL" || [ "$line" != "$by_serial" ]; }; then
    problem "another deploy record was taken before the activation began"
    write_result "$EX_RESTRICTED"
    exit "$EX_RESTRICTED"
  fi
  work=$RUN_DIR/work
  rm -rf -- "$work"
  mkdir -m 0700 -- "$work" || { write_result "$EX_STORAGE"; exit "$EX_STORAGE"; }
  failed_step=
  previous=-
  activation
  code=$?
  # Anything else is the exit code of some tool, from before the first change.
  case $code in 0 | "$EX_REFUSED" | "$EX_CONFLICT" | "$EX_FAILED" | "$EX_ROLLED_BACK" | "$EX_STORAGE" | "$EX_LOCKED" | "$EX_UNSUPPORTED") ;; *) code=$EX_FAILED ;; esac
  forget_old_runs
  write_result "$code"
  disarm_recovery
  rm -rf -- "$work"
  : >"$RUN_DIR/activation.flock"
  exit "$code"
}

load_request() {
  local key value
  while IFS=$TAB read -r key value; do
    case $key in
    system) target=$value ;;
    owner) owner=$value ;;
    revision) revision=$value ;;
    manifest) manifest=$value ;;
    mode) mode=$value ;;
    confirm) confirm_within=$value ;;
    fences) fences=$value ;;
    serial) by_serial=$value ;;
    esac
  done <"$run_folder/request"
}

# write_result CODE: in memory when the disk is full, so that whoever follows still learns it.
write_result() {
  local file
  committed_generation
  for file in "$run_folder/result" "$RUN_DIR/result-$run"; do
    {
      printf 'code\t%s\nat\t%s\ngeneration\t%s\n' "$1" "$(date +%s)" "$generation" &&
        { [ -z "${failed_step:-}" ] || printf 'step\t%s\n' "$failed_step"; } &&
        { [ ! -e "$run_folder/edited" ] || printf 'edited-folder\t%s\n' "$edited"; }
    } >"$file.new" && sync "$file.new" && mv -f -- "$file.new" "$file" && break
  done
  printf '%s\t%s\t%s\n' "$run" "$1" "$(date +%s)" >"$STATE_DIR/last-run.new" &&
    mv -f -- "$STATE_DIR/last-run.new" "$STATE_DIR/last-run"
}

# Logs and programs of the newest thirty runs are kept.
forget_old_runs() {
  local old
  # shellcheck disable=SC2012 # names of runs are plain
  ls -1t -- "$STATE_DIR/runs" | tail -n +31 | while IFS= read -r old; do
    [ "$old" = "$run" ] || rm -rf -- "$STATE_DIR/runs/${old:?}"
  done
}
