# shellcheck shell=dash
# Which verbs a restricted host takes, and in what form. Whatever is not listed is refused.

# admit VERB ARGS…: returns when the verb may run.
admit() {
  local word
  shift
  gate_follows=
  [ $# -le 16 ] || gate_refuse "too many arguments"
  for word in "$@"; do
    is_word "$word" || gate_refuse "an argument that is empty, too long or has control characters"
  done
  admit_words "$@"
  case $gate_verb:$# in
  facts:0 | inspect:0 | reboot-check:0 | bootability:0 | closure:1 | follow:2 | begun:1) ;;
  health:*) admit_health "$@" ;;
  lock:*) admit_lock "$@" ;;
  lease:*) admit_lease "$@" ;;
  activate:[6-9]) admit_activation "$@" ;;
  remove:[56]) admit_removal "$@" ;;
  confirm:2 | reject:3) gate_accept "run $1" ;;
  secret:2) admit_secret "$@" ;;
  updates:2) admit_apt_payload "chosen security" ;;
  os-update:5)
    admit_apt_payload "chosen approved kernels"
    gate_accept "run $1, $(grep -c "$TAB" "$gate/payload") packages"
    ;;
  gc:[23]) [ "${3:-}" = look ] || gate_accept "$*" ;;
  reboot:5 | reboot:2) admit_reboot "$@" ;;
  task:1) admit_task "$1" ;;
  hook:*) admit_hook "$@" ;;
  trust:0) admit_trust ;;
  program:0) admit_program ;;
  *) gate_refuse "a restricted host has no such verb, or not with these arguments" ;;
  esac
}

# is_word TEXT: one line; a list of fences is the longest.
is_word() {
  case $1 in '' | *[[:cntrl:]]*) return 1 ;; esac
  [ "${#1}" -le 8192 ]
}

# admit_words ARGS…: nothing that means anything to a shell. Reasons are for people, and are only ever written down.
admit_words() {
  local number=0 word
  for word in "$@"; do
    number=$((number + 1))
    case $gate_verb:$1:$number in reject:*:3 | lock:break:2 | lease:break:3 | hook:*:[2-9] | hook:*:1[0-6]) continue ;; esac
    case $word in *[!A-Za-z0-9\ ._:,/@+=%?#-]*) gate_refuse "an argument with characters that no argument has: $word" ;; esac
  done
}

# Its checks may be commands, so they come from what runs here, which was verified before it did, and from nowhere else.
admit_health() {
  resolve_live
  { [ $# -ge 1 ] && [ "$1" = "$live" ]; } || gate_refuse "health is asked only of what is live: ${1:-}"
  [ ! -s "$gate/payload" ] || gate_refuse "a restricted host takes no checks of the caller"
}

admit_lock() {
  case $1:$# in
  acquire:[678] | renew:3 | release:2 | status:1) ;;
  break:2) gate_accept "lock break: $2" ;;
  *) gate_refuse "lock: unknown action or arguments" ;;
  esac
}

# Where this host keeps the leases of the fleet.
admit_lease() {
  case $1:$# in
  acquire:7 | renew:5 | release:4 | status:2) ;;
  break:3) gate_accept "lease break $2: $3" ;;
  *) gate_refuse "lease: unknown action or arguments" ;;
  esac
}

# Values come from the operator; where they go, and whose they are, stands in the signed manifest.
admit_secret() {
  case $1 in
  stage) gate_accept "stage for run $2" ;;
  state) ;;
  *) gate_refuse "secret: unknown action" ;;
  esac
}

# reboot issue RUN BOOT-ID REASONS LIMIT, reboot verified RUN
admit_reboot() {
  case $1:$# in
  verified:2) gate_accept "verified, run $2" && return 0 ;;
  issue:5) ;;
  *) gate_refuse "reboot: unknown action or arguments" ;;
  esac
  case $3 in *[!0-9a-f-]*) gate_refuse "reboot: not a boot id" ;; esac
  case $4 in *[!A-Za-z0-9-]*) gate_refuse "reboot: not a word for the reasons" ;; esac
  gate_accept "run $2"
}

# admit_apt_payload SECTIONS: preferences and lists of packages only, each line of its own form. apt takes packages from the
# host's own sources alone, whatever stands here.
admit_apt_payload() {
  local wrong
  [ -z "$(tr -d '\11\12\40-\176' <"$gate/payload" | head -c 1 | od -An -tx1)" ] ||
    gate_refuse "the payload is not what apt may be told: a control character"
  wrong=$(awk -v sections=" $1 " '
    function refuse(text) { print "line " NR ": " text; exit }
    /^@/ { section = substr($0, 2); if (!index(sections, " " section " ")) refuse("an unknown section"); next }
    section == "" { refuse("text before the first section") }
    section == "approved" {
      if ($0 !~ /^[a-z0-9][a-z0-9+.-]*(:[a-z0-9]+)?\t(-|[A-Za-z0-9.+:~-]+)\t[A-Za-z0-9.+:~-]+$/) refuse("not a package and its versions")
      next
    }
    section == "kernels" {
      if ($0 !~ /^linux-image-(unsigned-)?[0-9][a-z0-9+.~-]*$/) refuse("not the package of a kernel")
      next
    }
    /^Pin-Priority: -?[0-9]+$/ { if ($2 > 1000) refuse("a priority that takes packages back to older versions"); next }
    !/^((Package|Pin|Explanation): .*)?$/ { refuse("not a line of apt preferences") }
  ' "$gate/payload")
  [ -z "$wrong" ] || gate_refuse "the payload is not what apt may be told: $wrong"
}
