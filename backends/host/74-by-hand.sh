# shellcheck shell=dash
# Activation by hand: `<closure>/activate`, or a link of the profile followed by /activate.

# activate-now SYSTEM
verb_activate_now() {
  by_hand=1
  [ $# -eq 1 ] || refuse "$EX_USAGE" "usage: activate-now CLOSURE"
  [ "$(id -u)" = 0 ] || refuse "$EX_USAGE" "activation needs root"
  local system
  system=$(readlink -f -- "$1")
  is_store_path "$system" || refuse "$EX_USAGE" "not a closure in the store: $1"
  new_run_id
  local owner="by hand: ${SUDO_USER:-root}"
  make_run_folder
  exec 8>"$RUN_DIR/lock.mutex"
  flock -w 10 8 || refuse "$EX_LOCKED" "the lock's own mutex is held for more than 10 seconds"
  now=$(date +%s)
  lock_acquire "$run" "$owner" 3600 "activation by hand" "$system"
  exec 8>&-
  resolve_live
  committed_generation
  by_hand_run=$run
  trap release_by_hand EXIT
  begin_run "$run" "$system" "$live" "$generation" "$owner" -
}

end_by_hand() {
  case $1 in
  0) say "done: the closure is live and committed" ;;
  "$EX_ROLLED_BACK") say "failed: the previous closure is live again" ;;
  "$EX_CONFLICT" | "$EX_REFUSED") say "refused: nothing was changed" ;;
  *) say "failed with code $1; running it again converges" ;;
  esac
}

# shellcheck disable=SC2317 # called by the trap
release_by_hand() {
  read_lock && [ "$lock_run" = "$by_hand_run" ] && rm -f -- "$RUN_DIR/lock" && drop_root "$by_hand_run"
}

# new_run_id: into $run. The form of the CLI's ids: time first, then chance, in the 32 signs of Crockford.
new_run_id() {
  run=$(od -An -N16 -tu1 /dev/urandom | awk -v seconds="$(date +%s)" '
    { for (i = 1; i <= NF; i++) chance = chance substr(signs(), $i % 32 + 1, 1) }
    function signs() { return "0123456789ABCDEFGHJKMNPQRSTVWXYZ" }
    END {
      time = seconds * 1000
      for (i = 0; i < 10; i++) { text = substr(signs(), time % 32 + 1, 1) text; time = int(time / 32) }
      print text chance
    }')
}
