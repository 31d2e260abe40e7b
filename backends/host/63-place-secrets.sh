# shellcheck shell=dash
# NixOS: what the activation script of a system calls, at a switch and at a boot alike, to have its secrets before anything
# starts. An activation leaves word which contents those are; else they are what the system last ran with here.

# place-secrets users|services SYSTEM TABLE: TABLE is a manifest of directories and secrets alone, made with the system.
verb_place_secrets() {
  by_hand=1
  ulimit -c 0 2>/dev/null
  { [ $# -eq 3 ] && is_store_path "$2" && is_store_path "$3"; } || refuse "$EX_USAGE" "place-secrets: unknown arguments"
  # At a boot no system is current yet.
  PATH=$PATH:$2/sw/bin
  make_run_folder
  work=$RUN_DIR/place-secrets
  rm -rf -- "$work"
  mkdir -m 0700 -- "$work" || exit "$EX_STORAGE"
  { cp -- "$3" "$work/manifest" && awk -F'\t' "$manifest_program" "$work/manifest" >&2; } || exit "$EX_REFUSED"
  placing "$1" "$2"
  set -- "$?"
  rm -rf -- "$work"
  exit "$1"
}

# placing PHASE SYSTEM
placing() {
  set_to_place "$2" >"$work/secret-set"
  nixos_ours
  live_secrets >"$work/live-secrets"
  compare_secrets || return
  ask_for_restarts
  case $1 in
  users) step_early_secrets ;;
  services) make_link_folders && step_secrets ;;
  *) return "$EX_USAGE" ;;
  esac
}

# set_to_place SYSTEM: a system that somebody built here by hand gets, by their names, what the host last ran with.
set_to_place() {
  secret_set_of "$1"
  [ ! -r "$PENDING_SECRETS/${1##*/}" ] || set_file=$PENDING_SECRETS/${1##*/}
  if [ -r "$set_file" ]; then
    cat -- "$set_file"
  elif [ -r "$STATE_DIR/owned" ]; then
    awk -F'\t' -v OFS='\t' '$1 == "secret" { print $1, $2, $11 }' "$STATE_DIR/owned"
  fi
}

# leave_word SYSTEM: for the activation script of that system, which NixOS runs as part of a switch.
leave_word() {
  rm -rf -- "$PENDING_SECRETS"
  grep -q "^place$TAB" "$work/secrets" || return 0
  make_secret_memory && mkdir -m 0700 -- "$PENDING_SECRETS" || return "$EX_STORAGE"
  awk -F'\t' '$1 == "place" { print "secret\t" $2 "\t" $3 }' "$work/secrets" >"$PENDING_SECRETS/${1##*/}"
}

# nixos_ours: into $work/ours the secrets that lie here by our doing, those of an activation that was cut short among them.
nixos_ours() {
  cat -- "$STATE_DIR/owned" "$STATE_DIR/intent" 2>/dev/null | grep "^secret$TAB" | sort -u >"$work/ours"
  awk -F'\t' '$1 == "dir" { print "mkdir\t" $2 "\t" }' "$work/manifest" >"$work/tree"
}

# make_link_folders: those that the system makes itself, but only after its activation script.
make_link_folders() {
  local key name path
  while IFS=$TAB read -r key name path <&3; do
    [ "$key" = link ] || continue
    check_secret_link "$name" "$path" || return
    (umask 022 && mkdir -p -- "${path%/*}") || return "$EX_STORAGE"
  done 3<"$work/secrets"
}

# ask_for_restarts: switch-to-configuration sees to the units in these lists once the activation script is through.
ask_for_restarts() {
  local action unit list
  case ${NIXOS_ACTION:-} in switch | test) ;; *) return 0 ;; esac
  units_of_secrets | while IFS=$TAB read -r action unit; do
    list=/run/nixos/activation-$action-list
    systemctl is-active --quiet -- "$unit" && ! grep -qsxF -e "$unit" -- "$list" && printf '%s\n' "$unit" >>"$list"
  done
  return 0
}

# units_of_secrets: `restart` or `reload` and a unit, for each that a changed or gone secret names.
units_of_secrets() {
  awk -F'\t' '
    $1 == "secret" { of["restart", $2] = $7; of["reload", $2] = $8 }
    $1 == "changed-file" || $1 == "gone-file" { sub(/.*\//, "", $2); list("restart", $2); list("reload", $2) }
    function list(action, name,   units, count, i) {
      if (of[action, name] == "-") return
      count = split(of[action, name], units, ",")
      for (i = 1; i <= count; i++) print action "\t" units[i]
    }' "$work/ours" "$work/manifest" "$work/secrets" | sort -u
}

# nixos_without_secrets: a system that has none says nothing in its activation script that takes away those of the last one.
nixos_without_secrets() {
  local action unit
  grep -q "^secret$TAB" "$work/manifest" && return 0
  step_secrets || return
  units_of_secrets | while IFS=$TAB read -r action unit; do
    case $action in restart) systemctl try-restart -- "$unit" ;; reload) systemctl try-reload-or-restart -- "$unit" ;; esac
  done
  return 0
}
