# shellcheck shell=dash
# What there is of what NixFleet needs, told in records; changes nothing.

verb_look() {
  [ $# -eq 0 ] || refuse "$EX_USAGE" "look takes its settings from the payload"
  read_settings
  look_system
  look_nix
  look_daemon
  look_conf
  look_account
  [ "$sudo_mode" != restricted ] || look_restricted
  finish 0
}

look_system() {
  local key value
  emit protocol 1
  while IFS='=' read -r key value; do
    value=${value#\"} value=${value%\"}
    case $key in
    ID) emit os.id "$value" ;;
    VERSION_ID) emit os.version "$value" ;;
    PRETTY_NAME) emit os.pretty "$value" ;;
    esac
  done </etc/os-release
  [ -d /run/systemd/system ] && emit systemd yes
  has apt-get && emit apt yes
  has sudo && emit sudo yes
}

# look_nix: the version of Nix, and what apt would install of it.
look_nix() {
  find_nix && emit nix "$("$nix" --version 2>/dev/null)"
  needs_packages && has apt-cache || return 0
  candidate nix-setup-systemd && emit candidate.setup "$version"
  candidate nix-bin && emit candidate.nix "$version"
  # Without indexes a missing candidate says nothing.
  for index in /var/lib/apt/lists/*_Packages /var/lib/apt/lists/*_Packages.lz4; do
    [ -e "$index" ] && emit apt.indexes yes && break
  done
}

# needs_packages: there is no Nix, or the distribution's without its daemon.
needs_packages() {
  systemctl cat nix-daemon.socket >/dev/null 2>&1 && return 1
  case $nix in /nonexistent/* | /usr/bin/*) return 0 ;; *) return 1 ;; esac
}

# candidate PACKAGE: into $version.
candidate() {
  version=$(apt-cache policy -- "$1" 2>/dev/null | sed -n 's/^  Candidate: //p')
  case $version in '' | '(none)') return 1 ;; esac
}

look_daemon() {
  local unit
  for unit in nix-daemon.socket nix-daemon.service; do
    emit "daemon" "$unit$TAB$(systemctl is-enabled "$unit" 2>/dev/null || :)$TAB$(systemctl is-active "$unit" 2>/dev/null || :)"
  done
  daemon_is_stale && emit daemon.stale yes
  return 0
}

# daemon_is_stale: it runs, and a configuration file is newer than its start.
daemon_is_stale() {
  local since mark file stale=1
  [ "$(systemctl is-active nix-daemon.service 2>/dev/null)" = active ] || return 1
  since=$(systemctl show --timestamp=us+utc --property=ActiveEnterTimestamp --value nix-daemon.service 2>/dev/null)
  mark=$(mktemp) || return 1
  if touch -d "$since" "$mark" 2>/dev/null; then
    for file in /etc/nix/*.conf; do
      [ "$file" -nt "$mark" ] && stale=0
    done
  fi
  rm -f "$mark"
  return "$stale"
}

# look_conf: which of the fleet's keys Nix trusts by all its files, and where our include would stand.
look_conf() {
  local key
  [ -e "$nix" ] || return 0
  find_missing_keys
  for key in $missing_keys; do emit key.missing "$key"; done
  case " $(nix_setting trusted-users) " in *" $deploy_user "* | *' * '*) emit user.trusted yes ;; esac
  [ "$(nix_setting require-sigs)" = false ] && emit sigs.off yes
  find_conf || emit conf.problem "$conf_problem"
  emit conf.file "$conf"
}

# find_missing_keys: into $missing_keys (words).
find_missing_keys() {
  local key trusted
  trusted=" $(nix_setting trusted-public-keys) "
  missing_keys=
  for key in $public_keys; do
    case $trusted in *" $key "*) ;; *) missing_keys="$missing_keys $key" ;; esac
  done
}

# nix_setting NAME: as the daemon would read it. Older versions know the command by another name.
nix_setting() {
  NIX_USER_CONF_FILES=/dev/null "$nix" --extra-experimental-features nix-command config show "$1" 2>/dev/null ||
    NIX_USER_CONF_FILES=/dev/null "$nix" --extra-experimental-features nix-command show-config 2>/dev/null |
    sed -n "s/^$1 = //p"
}

# find_conf: into $conf the file that our include belongs to; when there is none, the reason into $conf_problem.
find_conf() {
  conf=/etc/nix/nix.conf
  conf_problem=
  # Installers that rewrite nix.conf leave this file to the administrator.
  grep -qs '^!*include nix\.custom\.conf' "$conf" && conf=/etc/nix/nix.custom.conf
  case $(readlink -f -- "$conf") in
  /nix/store/*) conf_problem="$conf is generated: it lies in the Nix store" && return 1 ;;
  esac
}

look_account() {
  local entry members
  has sudo && account_sudo
  # Debian's packaging lets only this group talk to the daemon.
  if members=$(getent group nix-users); then
    case ",${members##*:}," in *",$deploy_user,"*) emit nix-users member ;; *) emit nix-users stranger ;; esac
  fi
  entry=$(getent passwd -- "$deploy_user") || return 0
  emit account "$(printf '%s' "$entry" | cut -d : -f 6,7 | tr : "$TAB")"
  account_keys "$(printf '%s' "$entry" | cut -d : -f 6)"
}

# account_sudo: what sudo lets the account do.
account_sudo() {
  getent passwd -- "$deploy_user" >/dev/null || return 0
  sudo_rules=$(sudo -n -l -U "$deploy_user" 2>/dev/null)
  case $sudo_rules in *"NOPASSWD: $ENTRY"*) emit sudo.entry yes ;; esac
  printf '%s\n' "$sudo_rules" | sed -n 's/^ *\((.*\)/\1/p' | grep -v "^([a-z :]*) NOPASSWD: $ENTRY\$" >"$scratch/rules"
  whole_text "$scratch/rules"
  [ -z "$text" ] || emit sudo.others "$text"
  case $sudo_rules in *'NOPASSWD: ALL'*) emit sudo.rule nopasswd ;; *') ALL'*) emit sudo.rule password ;; esac
  case $(getent shadow -- "$deploy_user" | cut -d : -f 2) in '' | '!'* | '*'*) emit password none ;; esac
}

# account_keys HOME
account_keys() {
  local key file="$1/.ssh/authorized_keys"
  printf '%s\n' "$login_keys" | while IFS= read -r key; do
    [ -n "$key" ] || continue
    grep -qsF -- "$key" "$file" || printf '%s\n' "$key"
  done >"$scratch/missing"
  whole_text "$scratch/missing"
  [ -z "$text" ] || emit login.missing "$text"
}

# look_restricted: what is installed is replaced when it is not root's alone, or another program than the caller's. An apply
# brings newer ones, too, but only to hosts whose program still understands what it is asked.
look_restricted() {
  if find_unsafe / /usr /usr/local /usr/local/lib; then
    emit program.problem "$unsafe is not root's alone"
  elif ! find_unsafe "$INSTALLED_DIR" "$INSTALLED" "$ENTRY"; then
    entry_text >"$scratch/entry"
    cmp -s "$scratch/entry" "$ENTRY" && [ "$(digest_of_program "$INSTALLED")" = "$program_digest" ] && emit program yes
  fi
  has ssh-keygen || emit program.problem "there is no ssh-keygen to verify signatures with"
  fleet_files "$scratch"
  find_unsafe "$TRUST_DIR" "$FLEET_KEYS" "$FLEET_HOST" ||
    { cmp -s "$scratch/fleet-keys" "$FLEET_KEYS" && cmp -s "$scratch/host" "$FLEET_HOST" && emit fleet yes; }
  emit account.groups "$(id -nG -- "$deploy_user" 2>/dev/null)"
}
