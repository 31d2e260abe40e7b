# shellcheck shell=dash
# The first step: everything that can be refused is refused here, before anything is touched.

# prepare SYSTEM forward|back: compares the host with the manifest and leaves what is to do in $work.
prepare() {
  local going_back=0
  [ "$2" = back ] && going_back=1
  load_ours || return
  load_manifest "$1" "$work/manifest" || return
  observe || return
  awk -F'\t' -v unfinished="$unfinished" "$accounts_program" what=passwd "$work/passwd" what=shadow "$work/shadow" what=group "$work/group" what=ours "$work/ours" \
    what=manifest "$work/manifest" >"$work/accounts" || return
  find_linked_units "$(awk -F'\t' '$1 == "unit" { print $2 }' "$work/manifest")"
  # Lines of mountinfo have no tabs: each is one field.
  awk -F'\t' -v unit_dir="$UNIT_DIR" -v going_back="$going_back" -v linked="$linked" "$tree_program" what=found "$work/found" \
    what=hashes "$work/hashes" what=mounts /proc/self/mountinfo what=owned "$work/owned" what=ours "$work/ours" \
    what=manifest "$work/manifest" >"$work/tree" || return
  prepare_secrets "$1" || return
  # What a cut activation changed is changed still: its units have not all seen it.
  { grep -hE '^(changed|gone)-' "$work/tree" "$work/secrets"; grep -E '^(changed|gone)-' "$work/ours"; } >"$work/changed"
  awk -F'\t' "$services_program" what=states "$work/states" what=ours "$work/ours" what=manifest "$work/manifest" \
    what=changed "$work/changed" >"$work/services" || return
  [ "$going_back" = 1 ] || check "$1"
}

check() {
  check_conflicts || return
  check_sources || return
  check_secrets || return
  check_space || return
  [ "$1" = - ] || find_nix_env || { problem "nix-env is not on this host"; return "$EX_UNSUPPORTED"; }
  validate_programs
}

check_conflicts() {
  local key path text found=0
  cat -- "$work/accounts" "$work/tree" >"$work/conflicts"
  while IFS=$TAB read -r key path text <&3; do
    [ "$key" = conflict ] || continue
    problem "$path: $text"
    found=1
  done 3<"$work/conflicts"
  [ "$found" = 0 ] || return "$EX_CONFLICT"
}

check_sources() {
  local key path source rest
  while IFS=$TAB read -r key path rest <&3; do
    [ "$key" = put ] || continue
    source=${rest%"$TAB"*}
    source=${source##*"$TAB"}
    [ -f "$source" ] || refused "the content of $path is missing from the store: $source" || return
  done 3<"$work/tree"
}

# Twice the bytes of all that is to be written, on each filesystem that is written to.
check_space() {
  local bytes count path
  bytes=$(awk -F'\t' '$1 == "put" { print $7 }' "$work/tree" | xargs -d '\n' -r stat -L -c %s -- | awk '{ sum += $1 } END { printf "%.0f", sum }')
  count=$(grep -c '^put' "$work/tree")
  awk -F'\t' '$1 == "put" { path = $2; sub(/\/[^\/]*$/, "", path); print path "/" }' "$work/tree" | sort -u >"$work/parents"
  while IFS= read -r path <&3; do
    while [ -n "$path" ] && [ ! -d "$path" ]; do path=${path%/*}; done
    stat -f -c "%S$TAB%a$TAB%c$TAB%d$TAB%n" -- "${path:-/}"
  done 3<"$work/parents" >"$work/space"
  stat -f -c "%S$TAB%a$TAB%c$TAB%d$TAB%n" -- "$STATE_DIR" >>"$work/space"
  line=$(awk -F'\t' -v bytes="${bytes:-0}" -v count="$count" '
    $1 * $2 < bytes * 2 + 1048576 { printf "%s has %.0f bytes free, the files to write have %.0f", $5, $1 * $2, bytes; exit }
    $3 > 0 && $4 < count * 3 + 16 { printf "%s has %d inodes free, for %d files to write", $5, $4, count; exit }' "$work/space")
  [ -z "$line" ] && return 0
  problem "no room: $line"
  return "$EX_STORAGE"
}

find_nix_env() {
  for nix_env in /usr/bin/nix-env /usr/local/bin/nix-env /nix/var/nix/profiles/default/bin/nix-env \
    /run/current-system/sw/bin/nix-env; do
    [ -x "$nix_env" ] && return 0
  done
  return 1
}
