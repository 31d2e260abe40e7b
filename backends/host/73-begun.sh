# shellcheck shell=dash
# What a run began on this host, for another process that takes it up.

# begun RUN: a line for each step that is not to be begun again.
verb_begun() {
  local folder steps=
  { [ $# -eq 1 ] && is_run_id "$1"; } || refuse "$EX_USAGE" "begun takes a run"
  folder=$STATE_DIR/runs/$1
  [ -e "$folder/started" ] && steps="activate$TAB$(activation_fate "$folder" "$1")$NL"
  [ -e "$folder.os/started" ] && steps="${steps}os-update${TAB}begun$NL"
  first_line "$folder/rebooted-from" && steps="${steps}reboot$TAB$line$NL"
  [ -z "$steps" ] || emit begun "${steps%"$NL"}"
  finish 0
}

# activation_fate FOLDER RUN: `unconfirmed` when it went back only because nobody was there to confirm it.
activation_fate() {
  local result
  for result in "$1/result" "$RUN_DIR/result-$2"; do
    if [ -e "$1/unconfirmed" ] && first_line "$result" && [ "$line" = "code$TAB$EX_ROLLED_BACK" ]; then
      printf unconfirmed
      return
    fi
  done
  printf begun
}
