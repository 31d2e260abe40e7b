# shellcheck shell=dash
# Whoever breaks sudo or sshd locks themselves out: both judge the configuration as it will be, before it is written,
# in a mount namespace of its own where the new files already lie in their places.

validate_programs() {
  validate sudoers visudo '^/etc/sudoers(\.d/|$)' || return
  validate sshd sshd '^/etc/ssh/'
}

# validate KIND PROGRAM PATTERN
validate() {
  local code
  awk -F'\t' -v pattern="$3" '$1 ~ /^(put|delete|restore)$/ && $2 ~ pattern { print }' "$work/tree" >"$work/judged"
  [ -s "$work/judged" ] || return 0
  command -v "$2" >/dev/null 2>&1 || { say "  $2 is not on this host: nobody judged its configuration"; return 0; }
  unshare --mount --propagation private sh "$0" judge "$1" "$work" >"$work/verdict" 2>&1
  code=$?
  [ "$code" = 0 ] && return 0
  if [ "$code" = 90 ]; then
    say "  no private mounts on this host: $2 could not judge its configuration beforehand"
    return 0
  fi
  : >"$work/judged"
  if ! unshare --mount --propagation private sh "$0" judge "$1" "$work" >/dev/null 2>&1; then
    say "  $2 rejects also the configuration that is there now; not judging the new one by it"
    return 0
  fi
  problem "$2 rejects the new configuration: $(tail -n 5 -- "$work/verdict" | tr -d '\r' | tr '\n\t' '  ')"
  return "$EX_CONFLICT"
}

# judge KIND WORK: in the namespace. 90 when it cannot be set up.
verb_judge() {
  local tree=$2/judge
  mkdir -p -- "$tree" && mount -t tmpfs -o mode=0700 tmpfs "$tree" || exit 90
  case $1 in
  sudoers)
    mkdir -p -- "$tree/etc/sudoers.d"
    [ ! -d /etc/sudoers.d ] || cp -a -- /etc/sudoers.d "$tree/etc/" || exit 90
    [ ! -f /etc/sudoers ] || cp -a -- /etc/sudoers "$tree/etc/" || exit 90
    judged_tree "$tree" "$2"
    [ ! -d /etc/sudoers.d ] || mount --bind "$tree/etc/sudoers.d" /etc/sudoers.d || exit 90
    [ ! -f /etc/sudoers ] || [ ! -f "$tree/etc/sudoers" ] || mount --bind "$tree/etc/sudoers" /etc/sudoers || exit 90
    exec visudo -c
    ;;
  sshd)
    mkdir -p -- "$tree/etc" "$tree/run"
    cp -a -- /etc/ssh "$tree/etc/" || exit 90
    judged_tree "$tree" "$2"
    mount --bind "$tree/etc/ssh" /etc/ssh && mount --bind "$tree/run" /run || exit 90
    mkdir -m 0755 -- /run/sshd
    exec "$(command -v sshd)" -t
    ;;
  *) exit "$EX_USAGE" ;;
  esac
}

# judged_tree TREE WORK: the files that change, below TREE.
judged_tree() {
  local key path mode owner group sum source
  while IFS=$TAB read -r key path mode owner group sum source _ <&3; do
    case $key in
    put)
      mkdir -p -- "$1${path%/*}"
      # Owners that do not exist yet are made only later; these files are root's in any sane configuration.
      install -m "$mode" -- "$source" "$1$path" || exit 90
      ;;
    restore) cp -a -- "$STATE_DIR/backup$path" "$1$path" ;;
    delete) rm -f -- "$1$path" ;;
    esac
  done 3<"$2/judged"
}
