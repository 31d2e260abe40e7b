# shellcheck shell=dash
# An activation that was to be confirmed and was cut short: by a reboot, or because its process died. Nobody is there to
# confirm it, so the host goes back.

RECOVER_UNIT=nixfleet-recover.service

# arm_recovery: before the first change. The unit runs at the next boot, unless the activation came to its end before.
arm_recovery() {
  [ "${confirm_within:-0}" -gt 0 ] || return 0
  {
    printf '[Unit]\nDescription=Back to the committed closure after an interrupted NixFleet activation\n'
    printf 'ConditionPathExists=%s\nAfter=basic.target\n\n' "$STATE_DIR/intent"
    printf '[Service]\nType=oneshot\nExecStart=/bin/sh %s recover %s\n' "$run_folder/program" "$run"
  } >"$UNIT_DIR/$RECOVER_UNIT.new" && mv -f -- "$UNIT_DIR/$RECOVER_UNIT.new" "$UNIT_DIR/$RECOVER_UNIT" &&
    mkdir -p -- "$UNIT_DIR/multi-user.target.wants" &&
    ln -sfn -- "../$RECOVER_UNIT" "$UNIT_DIR/multi-user.target.wants/$RECOVER_UNIT" && sync "$UNIT_DIR"
}

disarm_recovery() {
  rm -f -- "$UNIT_DIR/multi-user.target.wants/$RECOVER_UNIT" "$UNIT_DIR/$RECOVER_UNIT"
}

# recover RUN: back to the closure that the records name as the last complete one.
verb_recover() {
  local code=0
  run=$1
  is_run_id "$run" || refuse "$EX_USAGE" "not a run: $run"
  run_folder=$STATE_DIR/runs/$run
  [ -d "$run_folder" ] || refuse "$EX_USAGE" "run $run is not known here"
  exec >>"$run_folder/log" 2>&1
  problems_file=$run_folder/problems
  make_run_folder
  exec 7>>"$RUN_DIR/activation.flock"
  flock -n 7 || exit 0
  if [ -e "$run_folder/result" ] || [ ! -e "$STATE_DIR/intent" ]; then
    disarm_recovery
    exit 0
  fi
  printf '%s\n' "$run" >"$RUN_DIR/activation.flock"
  load_request
  say "recovering: run $run ended before it was confirmed"
  work=$RUN_DIR/work
  rm -rf -- "$work"
  mkdir -m 0700 -- "$work" || exit "$EX_STORAGE"
  edited=$STATE_DIR/edited/$(date -u +%Y-%m-%dT%H%M%SZ)-$run
  failed_step=confirm
  problem "the host was restarted, or the activation was killed, before anybody confirmed it"
  go_back_after_cut || code=$?
  write_result "$code"
  disarm_recovery
  rm -rf -- "$work"
  : >"$RUN_DIR/activation.flock"
  exit 0
}

# go_back_after_cut: the same way back as after a failed step, found from the records alone.
go_back_after_cut() {
  local wanted=$target
  find_nix_env
  load_ours || return
  [ "$previous" != "$target" ] || { problem "there is no other closure to go back to"; return "$EX_FAILED"; }
  confirm_within=0
  go_back
}
