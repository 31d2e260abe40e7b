# shellcheck shell=dash
# NixOS: what is refused before anything is touched.

nixos_check() {
  local system going_back=0
  is_store_path "$target" || refused "not a store path: $target" || return
  [ -d "$target" ] || refused "the system is not on this host: $target" || return
  [ -s "$target/nixos-version" ] || refused "not a NixOS system: $target has no nixos-version" || return
  [ -x "$target/bin/switch-to-configuration" ] ||
    refused "the system cannot be switched to: it was made with system.switch.enable = false" || return
  first_line "$target/system" || line=
  system=$line
  [ -z "$system" ] || [ "$system" = "$(uname -m)-linux" ] || refused "the system is made for $system" || return
  find_nix_env || { problem "nix-env is not on this host"; return "$EX_UNSUPPORTED"; }
  nixos_previous || return
  nixos_manifest || return
  nixos_boot_space || return
  nixos_ours
  prepare_secrets "$target" && check_secrets
}

# nixos_previous: into $previous what was live before, and into $previous_generation what was committed; also when an
# earlier run was cut short after it had changed either. $before is the system before that, for the record.
nixos_previous() {
  local key value
  resolve_live
  committed_generation
  previous=$live
  previous_generation=$generation
  before=-
  unfinished=
  if [ -r "$STATE_DIR/owned" ]; then
    record_is_whole "$STATE_DIR/owned" || return
    while IFS=$TAB read -r key value; do
      [ "$key" = before ] && before=$value
    done <"$STATE_DIR/owned"
  fi
  if [ -r "$STATE_DIR/intent" ]; then
    record_is_whole "$STATE_DIR/intent" || return
    while IFS=$TAB read -r key value; do
      case $key in run) unfinished=$value ;; previous) previous=$value ;; generation) previous_generation=$value ;; esac
    done <"$STATE_DIR/intent"
    say "  the activation of run $unfinished was cut short; continuing from what it left"
  fi
  # A closure that was collected since cannot be gone back to.
  [ -x "$previous/bin/switch-to-configuration" ] || previous=-
  [ "$previous" = "$target" ] || before=$previous
}

# nixos_manifest: what the description lists becomes $work/manifest. A system without one, as of somebody else, manages
# nothing that we know of.
nixos_manifest() {
  local wrong
  printf 'format\t%s\nend\t1\n' "$FORMAT" >"$work/manifest"
  if [ "$manifest" = - ]; then
    [ ! -r "$(kept_manifest "$target")/manifest" ] || cp -- "$(kept_manifest "$target")/manifest" "$work/manifest"
    return
  fi
  is_store_path "$manifest" || refused "not a store path: $manifest" || return
  [ "$(readlink -f -- "$manifest/toplevel")" = "$target" ] || refused "the description $manifest is not of $target" || return
  cp -- "$manifest/manifest" "$work/manifest" 2>/dev/null || refused "the description has no manifest: $manifest" || return
  wrong=$(awk -F'\t' "$manifest_program" "$work/manifest") || refused "the manifest in $manifest cannot be read: $wrong"
}

# kept_manifest SYSTEM: where the manifest of a system lies once it was activated.
kept_manifest() {
  printf '%s/manifests/%s' "$STATE_DIR" "${1##*/}"
}

# manifest_file SYSTEM: into $manifest_file its manifest in lines. A NixOS system of somebody else has none, and no checks.
manifest_file() {
  manifest_file=$1/manifest
  [ -n "$NIXOS" ] || return 0
  manifest_file=$(kept_manifest "$1")/manifest
  [ -r "$manifest_file" ] || manifest_file=/dev/null
}

# A boot partition of its own is small, and a boot loader that runs full leaves a host that does not boot.
nixos_boot_space() {
  local part needed=0
  mountpoint -q /boot 2>/dev/null || return 0
  for part in kernel initrd; do
    [ -e "$target/$part" ] || continue
    [ "$(readlink -f -- "$target/$part")" = "$(readlink -f -- "$PROFILE/$part")" ] && continue
    needed=$((needed + $(stat -L -c %s -- "$target/$part")))
  done
  free_bytes /boot
  [ "$free" -ge "$needed" ] && return 0
  problem "no room: /boot has $free bytes free, kernel and initrd have $needed"
  return "$EX_STORAGE"
}

# free_bytes PATH: into $free.
free_bytes() {
  # shellcheck disable=SC2046 # two numbers
  set -- $(stat -f -c '%a %S' -- "$1" 2>/dev/null || echo 0 0)
  free=$(($1 * $2))
}
