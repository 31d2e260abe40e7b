# shellcheck shell=dash
# The order of an activation, what a failure leads to, and the place to be killed at in tests.

STEPS="early-secrets groups users directories files secrets units daemon-reload restart reload start retire live"

# activation: makes $target live and commits it; gives the verb's exit code. Uses $run, $owner, $revision, $run_folder.
activation() {
  local code=0
  [ -z "$NIXOS" ] || { nixos_activation; return; }
  begin check
  prepare "$target" forward || return
  link_target "$LIVE"
  say "  from ${target_of_link:-nothing} to $target"
  # Applying the same again does not make it its own predecessor.
  [ "$previous" = "$target" ] || before=$previous
  begin intent
  arm_recovery || { problem "cannot write in $UNIT_DIR"; return "$EX_STORAGE"; }
  write_intent "$target" || return
  run_steps || code=$?
  [ "$code" = 0 ] && { commit_all || code=$?; }
  [ "$code" = 0 ] || { go_back; return; }
  audit applied "$run" "$owner" "$target"
}

run_steps() {
  local step
  : >"$work/touched"
  for step in $STEPS; do
    begin "$step"
    run_step "$step" || return
  done
}

# run_step STEP
run_step() {
  case $1 in
  early-secrets) step_early_secrets ;;
  groups) step_groups ;;
  users) step_users ;;
  directories) step_directories ;;
  files) step_files ;;
  secrets) step_secrets ;;
  units) step_units ;;
  daemon-reload) step_daemon_reload ;;
  restart) step_restart ;;
  reload) step_reload ;;
  start) step_start ;;
  retire) step_retire ;;
  live) step_live ;;
  confirm) step_confirm ;;
  keep-secrets) step_keep_secrets ;;
  commit) step_commit ;;
  state) step_state ;;
  *) false ;;
  esac && return 0
  failed_step=$1
  problem "the step $1 failed"
  return "$EX_FAILED"
}

commit_all() {
  local step
  for step in confirm keep-secrets commit state; do
    begin "$step"
    run_step "$step" || return
  done
  begin owned
  write_owned "$target"
}

# go_back: the previous closure by its recorded path, through the same steps. Its own generation is committed still.
go_back() {
  local wanted=$target
  # The same closure may have come with other secrets: then there is something to go back to.
  if [ "$previous" = "$target" ] && [ ! -e "$work/set-before" ]; then
    problem "there is no other closure to go back to"
    return "$EX_FAILED"
  fi
  begin rollback
  say "  going back to $previous"
  target=$previous
  # prepare reads the records of the previous closure, its own predecessor among them.
  if prepare "$target" back && run_steps && step_keep_secrets && { [ ! -e "$work/committed" ] || step_commit; } && write_owned "$target"; then
    audit rolled-back "$run" "$owner" "$wanted"
    return "$EX_ROLLED_BACK"
  fi
  problem "the previous closure could not be put back either"
  audit failed "$run" "$owner" "$wanted"
  return "$EX_FAILED"
}

# begin STEP
begin() {
  kill_point "$1"
  printf '%s\n' "$1" >"$run_folder/step"
  say "$1"
}

# kill_point NAME: where NIXFLEET_TEST_KILL_AT names this point, the program dies there as by a power cut.
kill_point() {
  [ "${NIXFLEET_TEST_KILL_AT:-}" = "$1" ] || return 0
  say "killed for a test at $1"
  kill -9 $$
}
