# shellcheck shell=dash
# Leases of groups, kept on this host for the whole fleet: the same as the lock, but for a name, and each owner gets a higher epoch.

# A file each, of one line: epoch, run, owner, reason, acquired, expires; the epoch alone when nobody holds it.
LEASES=$STATE_DIR/leases

verb_lease() {
  local action=${1:-}
  [ $# -gt 0 ] && shift
  case $action:$# in acquire:6 | renew:4 | release:3 | break:2 | status:1) ;; *) refuse "$EX_USAGE" "lease: unknown action or arguments" ;; esac
  is_group "$1" || refuse "$EX_USAGE" "lease: not a group: $1"
  make_run_folder
  make_state_folder
  { mkdir -p -- "$LEASES" && chmod 0700 "$LEASES"; } || refuse "$EX_STORAGE" "cannot write in $LEASES"
  exec 8>"$RUN_DIR/lease.mutex" || refuse "$EX_STORAGE" "cannot write $RUN_DIR/lease.mutex"
  flock -w 10 8 || refuse "$EX_LOCKED" "the leases' own mutex is held for more than 10 seconds"
  now=$(date +%s)
  lease=$LEASES/$1
  read_lease
  case $action in
  acquire) lease_acquire "$@" ;;
  renew) lease_renew "$2" "$3" "$4" ;;
  release) lease_release "$2" "$3" ;;
  break) lease_break "$2" ;;
  status) ;;
  esac
  read_lease
  emit_lease
  finish 0
}

# A group of an inventory; also a file's name.
is_group() {
  case $1 in '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) return 1 ;; esac
  [ "${#1}" -le 128 ]
}

# lease_acquire GROUP RUN OWNER TTL REASON DEAD-RUN
lease_acquire() {
  { is_run_id "$2" && is_field "$3" && is_number "$4" && is_field "$5"; } || refuse "$EX_USAGE" "lease acquire: bad arguments"
  if [ -n "$lease_run" ] && [ "$lease_run" != "$2" ] && [ "$lease_run" != "$6" ] && [ "$lease_expires" -gt "$now" ]; then
    emit_lease
    refuse "$EX_LOCKED" "run $lease_run of $lease_owner has the lease: $lease_reason"
  fi
  write_lease "$((lease_epoch + 1))$TAB$2$TAB$3$TAB$5$TAB$now$TAB$((now + $4))"
  first_line "$LEASES/.scope" || new_lease_scope
  emit lease.scope "$line"
}

new_lease_scope() {
  line=host-$(random_token)
  { printf '%s\n' "$line" >"$LEASES/.scope.new" && sync "$LEASES/.scope.new" && mv -f -- "$LEASES/.scope.new" "$LEASES/.scope"; } ||
    refuse "$EX_STORAGE" "cannot write in $LEASES"
}

# lease_renew RUN EPOCH TTL
lease_renew() {
  { is_run_id "$1" && is_number "$2" && is_number "$3"; } || refuse "$EX_USAGE" "lease renew: bad arguments"
  { [ "$lease_run" = "$1" ] && [ "$lease_epoch" = "$2" ]; } || refuse "$EX_MOVED" "run $1 no longer has the lease"
  write_lease "$lease_epoch$TAB$lease_run$TAB$lease_owner$TAB$lease_reason$TAB$lease_acquired$TAB$((now + $3))"
}

# lease_release RUN EPOCH: nothing happens when another run has it by now.
lease_release() {
  { is_run_id "$1" && is_number "$2"; } || refuse "$EX_USAGE" "lease release: bad arguments"
  [ "$lease_run" != "$1" ] || [ "$lease_epoch" != "$2" ] || write_lease "$lease_epoch"
}

lease_break() {
  is_field "$1" || refuse "$EX_USAGE" "lease break: a reason of one line is needed"
  [ -n "$lease_run" ] || return 0
  write_lease "$lease_epoch"
  audit lease-broken "$lease_run" "$lease_owner" "${lease##*/}: $1"
}

# read_lease: into $lease_*; $lease_run is empty when nobody holds it.
read_lease() {
  lease_epoch=0 lease_run='' lease_owner='' lease_reason='' lease_acquired=0 lease_expires=0
  [ -r "$lease" ] || return 0
  IFS=$TAB read -r lease_epoch lease_run lease_owner lease_reason lease_acquired lease_expires <"$lease"
  { is_number "$lease_epoch" && is_number "${lease_acquired:-0}" && is_number "${lease_expires:-0}"; } ||
    refuse "$EX_REFUSED" "the lease in $lease is damaged: look at it, and remove it"
}

write_lease() {
  { printf '%s\n' "$1" >"$lease.new" && sync "$lease.new" && mv -f -- "$lease.new" "$lease"; } || refuse "$EX_STORAGE" "cannot write $lease"
}

# emit_lease: with the host's own time, since only its clock counts.
emit_lease() {
  [ -z "$lease_run" ] ||
    emit lease "$lease_epoch$TAB$lease_run$TAB$lease_owner$TAB$lease_reason$TAB$lease_acquired$TAB$lease_expires$TAB$now"
}
