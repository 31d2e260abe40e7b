# shellcheck shell=dash
# Carries out the steps that it is told, in their order. Each may be done again without harm.

verb_prepare() {
  local step
  read_settings
  exec 7>/run/nixfleet-bootstrap.lock
  flock -n 7 || refuse "$EX_LOCKED" "another bootstrap of this host is going on"
  for step in "$@"; do
    emit step "$step"
    flush
    case $step in
    packages) step_packages ;;
    daemon) step_daemon ;;
    keys) step_keys ;;
    restart) step_restart ;;
    account) step_account ;;
    group) step_group ;;
    program) step_program ;;
    fleet) step_fleet ;;
    sudo) step_sudo ;;
    login) step_login ;;
    *) refuse "$EX_USAGE" "unknown step: $step" ;;
    esac
  done
  finish 0
}

# must PROBLEM COMMAND…: what it prints is for people, and its failure ends the work.
must() {
  local what=$1
  shift
  "$@" >&2 || refuse "$EX_FAILED" "$what"
}

# Asks nothing, keeps configuration files as they are, and waits for another apt to end.
apt() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -q -y -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

step_packages() {
  local wanted=
  has sudo || [ "$deploy_user" = root ] || wanted=sudo
  find_nix
  if needs_packages; then
    candidate nix-setup-systemd || must "apt cannot read its package lists" apt update
    candidate nix-setup-systemd || refuse "$EX_UNSUPPORTED" "apt has no package nix-setup-systemd"
    wanted="$wanted nix-setup-systemd"
  fi
  # shellcheck disable=SC2086 # words
  [ -z "$wanted" ] || must "apt could not install $wanted" apt install --no-install-recommends $wanted
}

# A daemon that runs already holds the socket itself: the unit of the socket cannot be started beside it.
step_daemon() {
  must "the Nix daemon's socket cannot be enabled" systemctl --quiet enable nix-daemon.socket
  systemctl --quiet is-active nix-daemon.service nix-daemon.socket && return 0
  must "the Nix daemon's socket cannot be opened" systemctl start nix-daemon.socket
}

# Ours is a file of our own; of the administrator's there is one more line at the end. What the configuration says of
# keys is known only once there is a Nix to ask.
step_keys() {
  local own=/etc/nix/nixfleet.conf
  find_nix || refuse "$EX_UNSUPPORTED" "there is no Nix whose keys could be set"
  find_missing_keys
  [ -n "$missing_keys" ] || return 0
  must "cannot make /etc/nix" mkdir -p /etc/nix
  find_conf || refuse "$EX_UNSUPPORTED" "$conf_problem"
  {
    printf '# Managed by nixfleet bootstrap: closures that one of these keys has signed are accepted.\n'
    printf 'extra-trusted-public-keys =%s\n' "$public_keys"
  } >"$own.new" || refuse "$EX_STORAGE" "cannot write $own"
  must "cannot write $own" chmod 0644 "$own.new"
  must "cannot write $own" mv -f "$own.new" "$own"
  grep -qsxF "!include $own" "$conf" && return 0
  # A last line without its end would swallow ours.
  if [ -s "$conf" ] && [ -n "$(tail -c 1 -- "$conf")" ]; then printf '\n' >>"$conf"; fi
  printf '!include %s\n' "$own" >>"$conf" || refuse "$EX_STORAGE" "cannot write $conf"
}

# Running builds of the host end with it: only where it runs with an older configuration.
step_restart() {
  daemon_is_stale || return 0
  must "the Nix daemon cannot be restarted" systemctl restart nix-daemon.service
}

step_account() {
  getent passwd -- "$deploy_user" >/dev/null && return 0
  # No password at all, and not locked: sshd lets nobody in whose account is locked.
  must "the account cannot be made" useradd --create-home --shell /bin/bash --password '*' \
    --comment 'NixFleet deploys as this user' -- "$deploy_user"
}

step_group() {
  getent group nix-users >/dev/null || return 0
  must "the account cannot join nix-users" usermod --append --groups nix-users -- "$deploy_user"
}

# A broken file in sudoers.d locks everybody out of sudo: it is checked before it is there, and all of them after.
step_sudo() {
  local rule='(ALL:ALL) ALL' before=good file="/etc/sudoers.d/nixfleet-$deploy_user"
  case $sudo_mode in
  nopasswd) rule='(ALL:ALL) NOPASSWD: ALL' ;;
  restricted) rule="(root) NOPASSWD: $ENTRY" ;;
  esac
  must "cannot make /etc/sudoers.d" mkdir -p /etc/sudoers.d
  printf '# Written by nixfleet bootstrap.\n%s ALL=%s\n' "$deploy_user" "$rule" >"$scratch/sudoers"
  must "visudo refuses the rule" visudo --check --file="$scratch/sudoers"
  # What was wrong before is not for us to undo, and sudo may well live with it.
  visudo --check >&2 || before=bad
  must "cannot write $file" install -m 0440 "$scratch/sudoers" "$file.new~"
  must "cannot write $file" mv -f "$file.new~" "$file"
  if visudo --check >&2 || [ "$before" = bad ]; then
    # With full access again, nothing of the other kind is left to be taken for it.
    [ "$sudo_mode" = restricted ] || rm -f -- "$FLEET_HOST" "$FLEET_KEYS"
    return 0
  fi
  rm -f "$file"
  refuse "$EX_FAILED" "sudo's configuration as a whole is broken, so the rule was taken away again"
}

# As the account itself, so that links it may have made lead nowhere that it could not write anyway.
step_login() {
  printf '%s' "$login_keys" >"$scratch/keys"
  chmod 0755 "$scratch" && chmod 0644 "$scratch/keys"
  # shellcheck disable=SC2016 # expanded by the account's own shell
  must "the key cannot be written" runuser -u "$deploy_user" -- env HOME="$(account_home)" sh -c '
    umask 077
    cd "$HOME" && mkdir -p .ssh && touch .ssh/authorized_keys || exit 1
    [ ! -s .ssh/authorized_keys ] || [ -z "$(tail -c 1 .ssh/authorized_keys)" ] || echo >>.ssh/authorized_keys
    while IFS= read -r key; do
      grep -qF -- "$key" .ssh/authorized_keys || printf "%s\n" "$key" >>.ssh/authorized_keys || exit 1
    done <"$1"' sh "$scratch/keys"
}

account_home() {
  getent passwd -- "$deploy_user" | cut -d : -f 6
}
