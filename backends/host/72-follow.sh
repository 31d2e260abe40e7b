# shellcheck shell=dash
# Following an activation, from any byte of its log on; also one that is over, or that a reboot cut short.

# follow RUN OFFSET
verb_follow() {
  { [ $# -eq 2 ] && is_run_id "$1" && is_number "$2"; } || refuse "$EX_USAGE" "follow takes a run and an offset"
  run=$1
  run_folder=$STATE_DIR/runs/$run
  [ -e "$run_folder/started" ] || refuse "$EX_INTERRUPTED" "run $run never began on this host"
  follow_run "$2"
}

# follow_run OFFSET: ends the program.
follow_run() {
  local offset=$1 rounds=0 result
  while :; do
    # Asked first, then looked for the result, then for the log: so neither an end nor a line is missed.
    if [ $((rounds % 5)) = 4 ]; then unit_runs || rounds=-1; fi
    for result in "$run_folder/result" "$RUN_DIR/result-$run" ''; do
      [ -n "$result" ] && [ -r "$result" ] && break
    done
    send_log
    tell_awaiting
    [ -z "$result" ] || tell_result "$result"
    [ "$rounds" -ge 0 ] || tell_interrupted
    rounds=$((rounds + 1))
    sleep 0.2
  done
}

# unit_runs: false once the activation is over, however it ended. Its start was awaited before anybody follows it.
unit_runs() {
  case $run in
  # An OS update has its own folder beside that of the same run's activation.
  *.os) is_active "nixfleet-os-update-${run%.os}" ;;
  *) is_active "nixfleet-activate-$run" ;;
  esac
}

# is_active UNIT: also when systemd cannot be asked.
is_active() {
  case $(systemctl show --property=ActiveState --value -- "$1.service" 2>/dev/null) in
  inactive | failed) return 1 ;;
  esac
}

# send_log: what the log has beyond $offset.
send_log() {
  local size
  size=$(stat -c %s -- "$run_folder/log" 2>/dev/null) || return 0
  while [ "$offset" -lt "$size" ]; do
    local count=$((size - offset))
    [ "$count" -le 65536 ] || count=65536
    if [ -n "${by_hand:-}" ]; then
      log_bytes "$count" >&2
    else
      { printf 'NF1 log %s\n' "$count" && log_bytes "$count" && printf '\n'; } || exit 1
    fi
    offset=$((offset + count))
  done
}

log_bytes() {
  tail -c "+$((offset + 1))" -- "$run_folder/log" | head -c "$1"
}

# tell_result FILE
tell_result() {
  local code=$EX_FAILED key value
  while IFS=$TAB read -r key value; do
    case $key in code) code=$value ;; step) emit step "$value" ;; esac
  done <"$1"
  tell_problems
  whole_text "$run_folder/edited" && emit edited "$text"
  whole_text "$run_folder/reboot" && emit reboot "$text"
  whole_text "$1" && emit result "$text"
  ending "$code"
}

tell_interrupted() {
  first_line "$run_folder/step" && emit step "$line"
  tell_problems
  ending "$EX_INTERRUPTED" "the activation ended in the step ${line:-before its first} without a result"
}

tell_problems() {
  local text_of_problem
  [ -r "$run_folder/problems" ] || return 0
  while IFS= read -r text_of_problem; do
    emit problem "$text_of_problem"
  done <"$run_folder/problems"
}

# ending CODE [TEXT]: also the last word to somebody who activates by hand.
ending() {
  [ -z "${2:-}" ] || problem "$2"
  [ -z "${by_hand:-}" ] || end_by_hand "$1"
  finish "$1"
}
