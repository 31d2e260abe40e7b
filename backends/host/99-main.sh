# shellcheck shell=dash
main() {
  local verb=${1:-}
  [ $# -gt 0 ] && shift
  case $verb in
  facts) verb_facts "$@" ;;
  inspect) verb_inspect "$@" ;;
  closure) verb_closure "$@" ;;
  lock) verb_lock "$@" ;;
  lease) verb_lease "$@" ;;
  activate) verb_activate "$@" ;;
  remove) verb_remove "$@" ;;
  follow) verb_follow "$@" ;;
  begun) verb_begun "$@" ;;
  confirm) verb_confirm "$@" ;;
  reject) verb_reject "$@" ;;
  recover) verb_recover "$@" ;;
  health) verb_health "$@" ;;
  supervise) verb_supervise "$@" ;;
  activate-now) verb_activate_now "$@" ;;
  judge) verb_judge "$@" ;;
  gc) verb_gc "$@" ;;
  secret) verb_secret "$@" ;;
  place-secrets) verb_place_secrets "$@" ;;
  updates) verb_updates "$@" ;;
  os-update) verb_os_update "$@" ;;
  os-supervise) verb_os_supervise "$@" ;;
  reboot-check) verb_reboot_check "$@" ;;
  bootability) verb_bootability "$@" ;;
  reboot) verb_reboot "$@" ;;
  gate) verb_gate "$@" ;;
  *) refuse "$EX_USAGE" "unknown verb: $verb" ;;
  esac
}

# On one line: a shell reads its program as it goes, and the payload stands behind this line.
main "$@"; exit "$?"
