# shellcheck shell=dash
# The host's lock: one line in a file, changed only under a flock of its mutex.
# A second flock belongs to a running activation for its whole life, so that an expired lock lets nobody in beside it.

verb_lock() {
  local action=${1:-}
  [ $# -gt 0 ] && shift
  make_run_folder
  exec 8>"$RUN_DIR/lock.mutex" || refuse "$EX_STORAGE" "cannot write $RUN_DIR/lock.mutex"
  flock -w 10 8 || refuse "$EX_LOCKED" "the lock's own mutex is held for more than 10 seconds"
  now=$(date +%s)
  case $action:$# in
  acquire:[567]) lock_acquire "$@" ;;
  renew:2) lock_renew "$@" ;;
  release:1) lock_release "$@" ;;
  break:1) lock_break "$@" ;;
  status:0) ;;
  *) refuse "$EX_USAGE" "lock: unknown action or arguments" ;;
  esac
  facts_lock
  running_activation && emit activation "$running"
  finish 0
}

# lock_acquire RUN OWNER TTL REASON SYSTEM [DEAD-RUN [FENCES]]: SYSTEM (or -) is kept from garbage collection while the lock is
# held. The caller knows that DEAD-RUN (or -) is dead, so its lock need not expire first. FENCES (or -) are its leases of groups.
lock_acquire() {
  local dead=${6:--} fences=${7:--}
  { is_run_id "$1" && is_field "$2" && is_number "$3" && is_field "$4"; } || refuse "$EX_USAGE" "lock acquire: bad arguments"
  [ "$5" = - ] || is_store_path "$5" || refuse "$EX_USAGE" "lock acquire: not a store path: $5"
  are_fences "$fences" || refuse "$EX_USAGE" "lock acquire: not fences: $fences"
  judge_fences "$fences"
  [ -z "$fenced_off" ] || refuse "$EX_LOCKED" "run $1 no longer owns its hosts: $fenced_off"
  if running_activation && ! same_run "$running" "$1"; then
    emit activation "$running"
    facts_lock
    refuse "$EX_LOCKED" "the activation of run $running is going on"
  fi
  if read_lock && [ "$lock_run" != "$1" ]; then
    if [ "$lock_expires" -gt "$now" ] && [ "$lock_run" != "$dead" ] && ! is_superseded "$lock_run"; then
      emit lock "$line"
      refuse "$EX_LOCKED" "run $lock_run of $lock_owner holds the lock: $lock_reason"
    fi
    emit lock.taken-over "$line${TAB}expired"
    say "took over the lock of run $lock_run, which expired, died or lost its lease"
  fi
  note_fences "$1" "$fences"
  drop_other_roots "$1"
  hold_root "$1" "$5"
  write_lock "$1$TAB$2$TAB$4$TAB$now$TAB$((now + $3))"
}

lock_renew() {
  { is_run_id "$1" && is_number "$2"; } || refuse "$EX_USAGE" "lock renew: bad arguments"
  require_lock "$1"
  write_lock "$lock_run$TAB$lock_owner$TAB$lock_reason$TAB$lock_acquired$TAB$((now + $2))"
}

lock_release() {
  is_run_id "$1" || refuse "$EX_USAGE" "lock release: bad arguments"
  read_lock || return 0
  require_lock "$1"
  rm -f -- "$RUN_DIR/lock" "$RUN_DIR/lock.fences"
  # What is being activated stays in the store, whoever gives the lock away.
  running_activation || drop_root "$1"
}

lock_break() {
  is_field "$1" || refuse "$EX_USAGE" "lock break: a reason of one line is needed"
  if running_activation; then
    emit activation "$running"
    refuse "$EX_LOCKED" "the activation of run $running is going on: its lock cannot be broken"
  fi
  read_lock || return 0
  rm -f -- "$RUN_DIR/lock"
  drop_root "$lock_run"
  audit lock-broken "$lock_run" "$lock_owner" "$1"
}

# require_lock RUN: or one of its activations.
require_lock() {
  read_lock || refuse "$EX_LOCKED" "run $1 does not hold the lock: nobody does"
  same_run "$lock_run" "$1" && return 0
  emit lock "$line"
  refuse "$EX_LOCKED" "run $lock_run of $lock_owner holds the lock: $lock_reason"
}

# still_ours RUN: asked by an activation that has its flock already, so that nobody can take the lock over any more.
still_ours() {
  exec 8>"$RUN_DIR/lock.mutex" && flock -w 10 8 || return
  read_lock && same_run "$lock_run" "$1" || return
  exec 8>&-
}

# same_run A B: what stands behind the first dot tells the activations of one run apart.
same_run() {
  [ "${1%%.*}" = "${2%%.*}" ]
}

# read_lock: into $line and $lock_*.
read_lock() {
  first_line "$RUN_DIR/lock" || return 1
  IFS=$TAB read -r lock_run lock_owner lock_reason lock_acquired lock_expires <"$RUN_DIR/lock"
  is_number "$lock_acquired" && is_number "$lock_expires"
}

write_lock() {
  { printf '%s\n' "$1" >"$RUN_DIR/lock.new" && mv -f -- "$RUN_DIR/lock.new" "$RUN_DIR/lock"; } ||
    refuse "$EX_STORAGE" "cannot write $RUN_DIR/lock"
}

# running_activation: into $running the run whose activation lives. The flock is the truth, its text only a name.
running_activation() {
  first_line "$RUN_DIR/activation.flock" || return 1
  running=$line
  ! flock -n "$RUN_DIR/activation.flock" true
}

# hold_root RUN SYSTEM: also before the path exists, so that nothing can collect it between copy and activation.
hold_root() {
  [ "$2" = - ] && return 0
  { mkdir -p -- "$ROOTS" && chmod 0755 "$ROOTS" && ln -sfn -- "$2" "$ROOTS/$1"; } || refuse "$EX_STORAGE" "cannot write in $ROOTS"
}

# drop_other_roots RUN: who holds the lock is the only one; others died, perhaps with the host.
drop_other_roots() {
  local root
  for root in "$ROOTS"/*; do
    [ -L "$root" ] && [ "$root" != "$ROOTS/$1" ] && rm -f -- "$root"
  done
  return 0
}

drop_root() {
  rm -f -- "$ROOTS/$1"
}

make_run_folder() {
  [ -d "$RUN_DIR" ] || mkdir -m 0755 -- "$RUN_DIR" || refuse "$EX_STORAGE" "cannot make $RUN_DIR"
}
