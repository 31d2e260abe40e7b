# shellcheck shell=dash
# An activation that was to be confirmed and was cut short: by a reboot, or because its process died. Nobody is there to
# confirm it, so the host goes back; one that was confirmed before is finished.

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

# recover RUN: to the end that the run was meant to have. At the next boot, or when systemd starts a killed activation again.
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
  confirm_within=0
  NIXFLEET_TEST_KILL_AT=
  work=$RUN_DIR/work
  [ ! -e "$work/failing-before" ] || mv -f -- "$work/failing-before" "$run_folder/failing-before"
  rm -rf -- "$work"
  mkdir -m 0700 -- "$work" || exit "$EX_STORAGE"
  edited=$STATE_DIR/edited/$(date -u +%Y-%m-%dT%H%M%SZ)-$run
  recover_run || code=$?
  write_result "$code"
  disarm_recovery
  rm -rf -- "$work"
  : >"$RUN_DIR/activation.flock"
  exit 0
}

recover_run() {
  failed_step=
  previous=-
  if [ -e "$run_folder/confirmed" ]; then
    say "recovering: run $run was confirmed, and is finished now"
    activation
    return
  fi
  say "recovering: run $run ended before it was confirmed"
  # From now on nobody's word counts any more.
  rm -f -- "$run_folder/awaiting"
  failed_step=confirm
  problem "the host was restarted, or the activation was killed, before anybody confirmed it"
  if [ -n "$NIXOS" ]; then nixos_go_back_after_cut; else go_back_after_cut; fi
}

# go_back_after_cut: the same way back as after a failed step, found from the records alone.
go_back_after_cut() {
  find_nix_env
  load_ours && remember_set "$target" || return
  go_back
}

nixos_go_back_after_cut() {
  find_nix_env
  nixos_previous && remember_set "$target" || return
  why_boot=
  cp -- "$run_folder/failing-before" "$work/failing-before" 2>/dev/null || failing_units "$work/failing-before"
  nixos_go_back
}
