# shellcheck shell=dash
# The one way in on a restricted host: sudoers lets the deploy account call nothing but this. It takes a payload by exact
# length, decides whether the verb may be carried out, writes down what it decided, and runs the verb.

GATE_MAX_BYTES=67108864
GATE_RECEIVE_SECONDS=600
# More than that comes one at a time: payloads lie in memory, and /run is everybody's.
GATE_SMALL_BYTES=1572864

# gate BYTES SENTINEL VERB ARGS…
verb_gate() {
  local bytes=${1:-} sentinel=${2:-} code
  gate_verb=${3:-none}
  gate_by=${SUDO_USER:-root}
  gate_surroundings
  { [ $# -ge 3 ] && is_number "$1" && [ "$1" -le "$GATE_MAX_BYTES" ] && is_token "$2"; } || {
    gate_audit refused "not BYTES SENTINEL VERB ARGS"
    refuse "$EX_USAGE" "usage: gate BYTES SENTINEL VERB ARGS"
  }
  shift 2
  gate=$(mktemp -d "/run/nixfleet-gate.$$.XXXXXXXX") || exit "$EX_STORAGE"
  trap 'rm -rf -- "$gate"' EXIT
  trap 'exit 143' HUP INT QUIT TERM
  printf 'nixfleet-ready %s\n' "$sentinel"
  gate_limits
  gate_receive "$bytes" || {
    gate_audit refused "not the $bytes bytes that were announced"
    printf 'nixfleet-cut %s\n' "$sentinel" >&2
    exit 97
  }
  admit "$@"
  case $1 in
  task | hook) gate_command; exit ;;
  trust) take_fleet_keys; finish 0 ;;
  program) take_program; finish 0 ;;
  esac
  # What began stays what it was admitted as: whoever asks for it again is shown it, and starts nothing.
  [ -z "$gate_follows" ] || set -- follow "$gate_follows" 0
  gate_run "$@"
  code=$?
  # What the verb itself would not take was as little carried out as what was not admitted.
  case $code in "$EX_USAGE" | "$EX_REFUSED") gate_audit refused "exit code $code" ;; esac
  exit "$code"
}

# gate_limits: none of the caller's own. One on the size of files, say, would cut what root writes.
gate_limits() {
  local limit
  for limit in d f t v; do
    ulimit -"$limit" unlimited 2>/dev/null || gate_refuse "the caller's limit ulimit -$limit cannot be lifted"
  done
  { ulimit -S -s 8192 && ulimit -S -n 1024 && ulimit -S -c 0; } 2>/dev/null || gate_refuse "the caller's limits cannot be lifted"
}

# gate_surroundings: no terminal stops it half-way, and it stands in no folder of the caller's.
gate_surroundings() {
  trap '' TSTP TTIN TTOU
  cd / || exit "$EX_STORAGE"
  make_state_folder
  clear_dead_gates
}

# clear_dead_gates: what those left behind that were killed.
clear_dead_gates() {
  local old pid
  for old in /run/nixfleet-gate.*; do
    pid=${old#*-gate.}
    [ ! -d "$old" ] || [ -e "/proc/${pid%%.*}" ] || rm -rf -- "$old"
  done
}

# is_token TEXT: 32 hexadecimal digits.
is_token() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ "${#1}" = 32 ]
}

# gate_receive BYTES: all of standard input into $gate/payload, and not a byte more or less.
gate_receive() {
  if [ "$1" -gt "$GATE_SMALL_BYTES" ]; then
    exec 4>>/run/nixfleet-large.lock
    flock -w 30 4 || gate_refuse "another payload of many megabytes is being received"
  fi
  timeout "$GATE_RECEIVE_SECONDS" head -c "$(($1 + 1))" >"$gate/payload" || return
  [ "$(stat -c %s -- "$gate/payload")" = "$1" ]
}

# gate_run VERB ARGS…: the installed program with the payload behind it. Another may be installed at any moment, so it is
# counted where nobody replaces it.
gate_run() {
  local bytes
  cat -- "$INSTALLED" >"$gate/program" && bytes=$(stat -c %s -- "$gate/program") && cat -- "$gate/payload" >>"$gate/program" ||
    return "$EX_STORAGE"
  rm -f -- "$gate/payload"
  NIXFLEET_RESTRICTED=1 NIXFLEET_SERIAL=${gate_serial:-} NIXFLEET_PROGRAM_BYTES=$bytes /bin/sh "$gate/program" "$@" </dev/null
}

# gate_refuse TEXT: the end, and a line in the audit. Whoever hears no records is told on standard error.
gate_refuse() {
  gate_audit refused "$1"
  case $gate_verb in
  task | hook)
    say "$1"
    printf 'nixfleet-refused %s\n' "$sentinel" >&2
    exit "$EX_RESTRICTED"
    ;;
  esac
  refuse "$EX_RESTRICTED" "$1"
}

# gate_accept DETAIL: what cannot be written down is not done.
gate_accept() {
  gate_audit accepted "$1" || refuse "$EX_STORAGE" "cannot write the audit: nothing is done that it does not show"
}

# gate_audit EVENT DETAIL: of what comes from outside, only letters that every reader of logs can take.
gate_audit() {
  audit "$1" - "$gate_by" "$(printf '%s: %s' "$gate_verb" "$2" | tr -c '\40-\176' '?' | head -c 500)"
}
