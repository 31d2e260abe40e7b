# shellcheck shell=dash
main() {
  local verb=${1:-}
  [ $# -gt 0 ] && shift
  case $verb in
  look) verb_look "$@" ;;
  prepare) verb_prepare "$@" ;;
  *) refuse "$EX_USAGE" "unknown verb: $verb" ;;
  esac
}

# On one line: a shell reads its program as it goes, and the payload stands behind this line.
main "$@"; exit "$?"
