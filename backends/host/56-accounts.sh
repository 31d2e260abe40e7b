# shellcheck shell=dash
# Groups and users: only those that are listed, only memberships that are listed.

step_groups() {
  local key name gid kind
  while IFS=$TAB read -r key name gid kind <&3; do
    [ "$key" = group-add ] || continue
    say "  add group $name"
    set -- "$name"
    [ "$kind" = system ] && set -- --system "$@"
    [ "$gid" = - ] || set -- --gid "$gid" "$@"
    groupadd "$@" || return
  done 3<"$work/accounts"
}

step_users() {
  local key name a b c d e f g
  while IFS=$TAB read -r key name a b c d e f g <&3; do
    case $key in
    user-add) add_user "$name" "$a" "$b" "$c" "$d" "$e" "$f" "$g" || return ;;
    user-unlock) say "  open user $name again" && usermod --expiredate '' --unlock "$name" || usermod --expiredate '' "$name" || return ;;
    esac
  done 3<"$work/accounts"
  while IFS=$TAB read -r key name a b <&3; do
    case $key in
    user-set) say "  user $name: $a $b" && usermod "$a" "$b" "$name" || return ;;
    member-add) say "  add user $name to group $a" && usermod --append --groups "$a" "$name" || return ;;
    esac
  done 3<"$work/accounts"
}

# add_user NAME UID GROUP HOME home|nohome SHELL system|normal DESCRIPTION
add_user() {
  say "  add user $1"
  local name=$1 uid=$2 group=$3 home=$4 make=$5 shell=$6 kind=$7 description=$8
  set -- --no-user-group --gid "$group" --home-dir "$home" --shell "$shell"
  [ "$uid" = - ] || set -- "$@" --uid "$uid"
  [ "$kind" = system ] && set -- "$@" --system
  [ "$description" = - ] || set -- "$@" --comment "$description"
  if [ "$make" = home ]; then set -- "$@" --create-home; else set -- "$@" --no-create-home; fi
  useradd "$@" -- "$name"
}

# Accounts that are no longer listed; after the services that used them were stopped.
step_retire() {
  local key path mode owner group
  while IFS=$TAB read -r key path group <&3; do
    case $key in
    member-drop) say "  take user $path out of group $group" && gpasswd --delete "$path" "$group" >/dev/null || return ;;
    user-lock) say "  lock user $path" && usermod --lock --expiredate 1 "$path" || return ;;
    group-drop) drop_group "$path" ;;
    esac
  done 3<"$work/accounts"
  # Inner folders first.
  grep '^rmdir' "$work/tree" | sort -r >"$work/rmdirs"
  while IFS=$TAB read -r key path <&3; do
    rmdir -- "$path" 2>/dev/null && say "  remove directory $path"
  done 3<"$work/rmdirs"
  return 0
}

drop_group() {
  local members
  members=$(getent group "$1") || return 0
  [ -n "${members##*:}" ] && return 0
  groupdel "$1" 2>/dev/null && say "  remove group $1"
  return 0
}
