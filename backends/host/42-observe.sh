# shellcheck shell=dash
# What stands on the host at every path that a manifest or our records name.

# observe: fills $work/found, hashes, passwd, shadow, group and states.
observe() {
  awk -F'\t' -v unit_dir="$UNIT_DIR" "$paths_program" "$work/ours" "$work/manifest" >"$work/paths" || return
  observe_paths || return
  observe_accounts
  observe_units
}

# shellcheck disable=SC2016 # an awk program
paths_program='
  function name(path) { if (!(path in met)) { met[path] = 1; print path } }
  function with_parents(path) {
    while (path != "") { name(path); sub(/\/[^\/]*$/, "", path) }
  }
  $1 == "file" || $1 == "dir" { with_parents($2) }
  $1 == "unit" {
    with_parents(unit_dir "/" $2)
    name("/usr/local/lib/systemd/system/" $2); name("/usr/lib/systemd/system/" $2); name("/lib/systemd/system/" $2)
  }
'

observe_paths() {
  local path
  local IFS=$NL
  set -f
  # shellcheck disable=SC2046 # one path a line
  set -- $(cat -- "$work/paths")
  set +f
  : >"$work/found"
  : >"$work/hashes"
  [ "$#" -gt 0 ] || return 0
  # Type, type behind a link, mode, owner, group, path; where links point to only in the folder of units.
  find "$@" -maxdepth 0 \( -path "$UNIT_DIR/*" -printf '%y\t%Y\t%m\t%u\t%g\t%p\t%l\n' \
    -o -printf '%y\t%Y\t%m\t%u\t%g\t%p\n' \) >"$work/found" 2>/dev/null
  for path in "$@"; do
    shift
    [ -f "$path" ] && [ ! -L "$path" ] && set -- "$@" "$path"
  done
  [ "$#" -gt 0 ] || return 0
  printf '%s\n' "$@" | xargs -d '\n' sha256sum -- >"$work/hashes" 2>/dev/null
  return 0
}

# By name and by number, so that directories which cannot be listed answer too.
observe_accounts() {
  local users groups
  users=$(awk -F'\t' '
    $1 == "user" { print $2; if ($3 != "-") print $3 } $1 == "file" || $1 == "dir" { print $4 }
    $1 == "secret" { print $5 }' \
    "$work/ours" "$work/manifest" | sort -u)
  groups=$(awk -F'\t' '
    $1 == "group" { print $2; if ($3 != "-") print $3 }
    $1 == "user" { print $4; count = split($5, extra, ","); for (i = 1; i <= count; i++) print extra[i] }
    $1 == "file" || $1 == "dir" { print $5 } $1 == "secret" { print $6 }' "$work/ours" "$work/manifest" | grep '^[a-z0-9_]' | sort -u)
  # shellcheck disable=SC2086 # names without spaces
  getent passwd root $users >"$work/passwd"
  # shellcheck disable=SC2086
  getent shadow $users >"$work/shadow"
  # shellcheck disable=SC2086
  getent group root $groups >"$work/group"
  return 0
}

observe_units() {
  systemctl list-units --all --full --plain --no-legend --no-pager >"$work/states" 2>/dev/null ||
    refused "systemd does not answer"
}
