# shellcheck shell=dash
# Commit after confirm: a closure that is live becomes the committed one only when somebody who came over a fresh
# connection says so in time. Otherwise the host goes back by itself.

# take_confirm [confirm=SECONDS]: a first argument of that form is the time within which the activation must be confirmed;
# without one it is committed at once.
take_confirm() {
  confirm_within=0
  case ${1:-} in confirm=*) confirm_within=${1#confirm=} ;; *) return 1 ;; esac
  is_number "$confirm_within" || refuse "$EX_USAGE" "confirm= takes seconds"
}

note_confirm() {
  printf 'confirm\t%s\n' "${confirm_within:-0}" >>"$run_folder/request" || refuse "$EX_STORAGE" "cannot write in $run_folder"
}

# step_confirm: waits as long as the request says, by a clock that nobody sets. The deadline lies on disk, so that a daemon-reload or
# a lost connection does not move it.
step_confirm() {
  local deadline
  [ "${confirm_within:-0}" -gt 0 ] || return 0
  read_uptime
  deadline=$((uptime + confirm_within))
  {
    umask 077
    printf '%s\t%s\n' "$(random_token)" "$deadline" >"$run_folder/awaiting.new"
  } && mv -f -- "$run_folder/awaiting.new" "$run_folder/awaiting" || return
  say "  live; to be confirmed within $confirm_within seconds"
  while :; do
    if [ -e "$run_folder/confirmed" ]; then
      say "  confirmed"
      return 0
    fi
    if first_line "$run_folder/rejected"; then
      problem "$line"
      return 1
    fi
    read_uptime
    if [ "$uptime" -ge "$deadline" ]; then
      : >"$run_folder/unconfirmed"
      problem "nobody confirmed within $confirm_within seconds that the host can be reached and is healthy"
      return 1
    fi
    sleep 0.2
  done
}

# confirm RUN TOKEN
verb_confirm() {
  [ $# -eq 2 ] || refuse "$EX_USAGE" "confirm takes a run and a token"
  require_awaiting "$1" "$2"
  : >"$run_folder/confirmed"
  finish 0
}

# reject RUN TOKEN REASON: go back at once.
verb_reject() {
  { [ $# -eq 3 ] && is_field "$3"; } || refuse "$EX_USAGE" "reject takes a run, a token and a reason"
  require_awaiting "$1" "$2"
  printf '%s\n' "$3" >"$run_folder/rejected.new" && mv -f -- "$run_folder/rejected.new" "$run_folder/rejected"
  finish 0
}

# require_awaiting RUN TOKEN: an activation waits for this very word.
require_awaiting() {
  local token deadline
  is_run_id "$1" || refuse "$EX_USAGE" "not a run: $1"
  run_folder=$STATE_DIR/runs/$1
  first_line "$run_folder/awaiting" || refuse "$EX_MOVED" "run $1 waits for no confirmation"
  IFS=$TAB read -r token deadline <"$run_folder/awaiting"
  [ "$token" = "$2" ] || refuse "$EX_MOVED" "run $1 waits for another confirmation"
}

# tell_awaiting: once, to whoever follows: the token, and the seconds that are left.
tell_awaiting() {
  local token deadline
  [ -z "${told_awaiting:-}" ] && [ -e "$run_folder/awaiting" ] || return 0
  told_awaiting=1
  IFS=$TAB read -r token deadline <"$run_folder/awaiting"
  read_uptime
  emit awaiting "$token$TAB$((deadline - uptime))"
  flush
}

# read_uptime: whole seconds since boot, into $uptime.
read_uptime() {
  read -r uptime _ </proc/uptime
  uptime=${uptime%%.*}
}

random_token() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}
