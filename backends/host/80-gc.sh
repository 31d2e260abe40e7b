# shellcheck shell=dash
# Forgets old generations, so that Nix may collect their closures. What runs, is committed, was booted, came before, or
# has a root of ours is never forgotten.

# gc --keep N [look|collect]: "look" only tells, "collect" has Nix delete what nothing needs any more.
verb_gc() {
  local link number newest=0 mode=${3:-forget}
  case $#:$mode in 2:* | 3:look | 3:collect) ;; *) refuse "$EX_USAGE" "usage: gc --keep N [look|collect]" ;; esac
  { [ "$1" = --keep ] && is_number "$2" && [ "$2" -ge 1 ]; } || refuse "$EX_USAGE" "usage: gc --keep N [look|collect]"
  running_activation && { emit activation "$running"; refuse "$EX_LOCKED" "the activation of run $running is going on"; }
  find_nix_env || refuse "$EX_UNSUPPORTED" "nix-env is not on this host"
  keep_paths
  committed_generation
  set -- "$2"
  for number in $(generation_numbers | sort -rn); do
    newest=$((newest + 1))
    link="$PROFILE-$number-link"
    link_target "$link"
    case $kept in
    *" $target_of_link "*)
      # The newest generation of a closure guards it; older ones of the same closure are not needed for that.
      kept="${kept%%" $target_of_link "*} ${kept#*" $target_of_link "}"
      continue
      ;;
    esac
    [ "$newest" -le "$1" ] && continue
    [ "$number" = "$generation" ] && continue
    [ "$mode" = look ] || HOME=/root "$nix_env" --profile "$PROFILE" --delete-generations "$number" >&2 ||
      refuse "$EX_FAILED" "nix-env could not forget generation $number"
    emit removed "$number$TAB$target_of_link"
    set -- "$1" removed
  done
  [ "$mode" != look ] || finish 0
  [ -z "$NIXOS" ] || [ $# -eq 1 ] || refresh_boot_menu
  forget_secrets
  [ "$mode" != collect ] || collect_garbage
  finish 0
}

# collect_garbage: all that no root needs, whoever brought it.
collect_garbage() {
  local before
  free_bytes /nix
  before=$free
  HOME=/root "${nix_env%-env}-store" --gc >/dev/null || refuse "$EX_FAILED" "nix-store --gc failed"
  free_bytes /nix
  [ "$free" -ge "$before" ] || free=$before
  emit freed "$((free - before))"
}

# refresh_boot_menu: NixOS lists generations there, and one that is gone must not be offered.
refresh_boot_menu() {
  local committed
  committed=$(readlink -f -- "$PROFILE")
  "$committed/bin/switch-to-configuration" boot </dev/null >&2 || refuse "$EX_FAILED" "the boot menu could not be renewed"
}

generation_numbers() {
  local link number
  for link in "$PROFILE"-*-link; do
    number=${link#"$PROFILE-"}
    number=${number%-link}
    is_number "$number" && printf '%s\n' "$number"
  done
}

# keep_paths: into $kept, between spaces.
keep_paths() {
  local link key value
  kept=' '
  for link in "$LIVE" "$BOOTED" "$PROFILE" "$ROOTS"/*; do
    [ -L "$link" ] && keep_path "$(readlink -f -- "$link")"
  done
  for link in "$STATE_DIR/owned" "$STATE_DIR/intent"; do
    [ -r "$link" ] || continue
    while IFS=$TAB read -r key value; do
      case $key in system | before) keep_path "$value" ;; file | unit) break ;; esac
    done <"$link"
  done
}

# keep_path PATH: once, whatever names it.
keep_path() {
  case $kept in *" $1 "*) ;; *) kept="$kept$1 " ;; esac
}
