# shellcheck shell=dash
# The one way in on a restricted host: sudoers lets the deploy account call nothing but this. It takes a payload by exact
# length, decides whether the verb may be carried out, writes down what it decided, and runs the verb.

GATE_MAX_BYTES=67108864
GATE_RECEIVE_SECONDS=600

# gate BYTES SENTINEL VERB ARGS…
verb_gate() {
  local bytes=$1 sentinel=$2 code
  { [ $# -ge 3 ] && is_number "$1" && [ "$1" -le "$GATE_MAX_BYTES" ] && is_token "$2"; } || refuse "$EX_USAGE" "usage: gate BYTES SENTINEL VERB ARGS"
  shift 2
  gate=$(mktemp -d /run/nixfleet-gate.XXXXXXXX) || exit "$EX_STORAGE"
  trap 'rm -rf -- "$gate"' EXIT
  trap 'exit 143' HUP INT TERM
  printf 'nixfleet-ready %s\n' "$sentinel"
  gate_receive "$bytes" || { printf 'nixfleet-cut %s\n' "$sentinel" >&2; exit 97; }
  gate_verb=$1
  gate_by=${SUDO_USER:-root}
  make_state_folder
  admit "$@"
  case $1 in task | hook) gate_command; exit ;; trust) take_fleet_keys; finish 0 ;; esac
  gate_run "$@"
  code=$?
  # What the verb itself would not take was as little carried out as what was not admitted.
  case $code in "$EX_USAGE" | "$EX_REFUSED") gate_audit refused "exit code $code" ;; esac
  exit "$code"
}

# is_token TEXT: 32 hexadecimal digits.
is_token() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ "${#1}" = 32 ]
}

# gate_receive BYTES: all of standard input into $gate/payload, and not a byte more or less.
gate_receive() {
  timeout "$GATE_RECEIVE_SECONDS" head -c "$(($1 + 1))" >"$gate/payload" || return
  [ "$(stat -c %s -- "$gate/payload")" = "$1" ]
}

# gate_run VERB ARGS…: the installed program, which may be newer by now than the one that runs here, with the payload behind it.
gate_run() {
  cat -- "$INSTALLED" "$gate/payload" >"$gate/program" || return "$EX_STORAGE"
  rm -f -- "$gate/payload"
  NIXFLEET_RESTRICTED=1 NIXFLEET_PROGRAM_BYTES=$(stat -c %s -- "$INSTALLED") /bin/sh "$gate/program" "$@" </dev/null
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

# gate_accept DETAIL
gate_accept() {
  gate_audit accepted "$1"
}

# gate_audit EVENT DETAIL: of what comes from outside, only letters that every reader of logs can take.
gate_audit() {
  audit "$1" - "$gate_by" "$(printf '%s: %s' "$gate_verb" "$2" | tr -c '\40-\176' '?' | head -c 500)"
}
