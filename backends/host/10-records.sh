# shellcheck shell=dash
# Records on standard output, collected and written at once; text for people on standard error.
answer=

# emit NAME VALUE
emit() {
  answer="${answer}NF1 $1 ${#2}$NL$2$NL"
}

flush() {
  [ -n "$answer" ] && [ -z "${by_hand:-}" ] && printf '%s' "$answer"
  answer=
}

say() {
  printf '%s\n' "$*" >&2
}

# finish CODE: the last record, and the end of the program.
finish() {
  emit end "$1"
  flush
  exit "$1"
}

# problem TEXT: why something was refused or failed, for the caller and for people.
problem() {
  say "problem: $1"
  if [ -n "${problems_file:-}" ]; then
    printf '%s\n' "$1" >>"$problems_file"
  else
    emit problem "$1"
  fi
}

# refuse CODE TEXT
refuse() {
  problem "$2"
  finish "$1"
}
