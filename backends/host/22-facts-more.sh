# shellcheck shell=dash
# Facts that depend on the tables, or stand in files of our own.

# find_nix: into $nix the program's real path, or a path that does not exist.
find_nix() {
  for nix in /usr/bin/nix /usr/local/bin/nix /nix/var/nix/profiles/default/bin/nix /run/current-system/sw/bin/nix; do
    [ -x "$nix" ] || continue
    [ -L "$nix" ] && nix=$(readlink -f -- "$nix")
    return 0
  done
  nix=/nonexistent/nix
  return 1
}

# facts_nix KEY: starting Nix is slow, so its version is remembered with the path, time and size of the program.
facts_nix() {
  local key=$1 cache=$RUN_DIR/nix-version version
  [ "$key" = - ] && return 0
  if first_line "$cache" && [ "${line%"$TAB"*}" = "$key" ]; then
    emit nix.version "${line##*"$TAB"}"
    return 0
  fi
  version=$("$nix" --version 2>/dev/null) || version=
  version=${version%%"$NL"*}
  if [ -z "$version" ]; then
    emit nix.problem "$nix does not tell its version"
    return 0
  fi
  emit nix.version "$version"
  [ -d "$RUN_DIR" ] || mkdir -m 0755 -- "$RUN_DIR" 2>/dev/null
  # Replaced as a whole, so that two readers at once never see half of it. A failure only costs time.
  { printf '%s\t%s\n' "$key" "$version" >"$cache.$$" && mv -f -- "$cache.$$" "$cache"; } 2>/dev/null
}

# find_reboot_signs: into $reboot_asked a line for each package that asked for a reboot, into $reboot_writer
# whether this host has a program that would have noted such a wish.
find_reboot_signs() {
  local package hook seen=' '
  reboot_asked=
  reboot_writer=0
  for hook in /usr/share/update-notifier/notify-reboot-required /etc/kernel/postinst.d/*reboot*; do
    [ -e "$hook" ] && reboot_writer=1
  done
  [ -e /run/reboot-required ] || return 0
  if [ -s /run/reboot-required.pkgs ]; then
    while IFS= read -r package || [ -n "$package" ]; do
      case $package in '' | *[!A-Za-z0-9.+:~-]*) continue ;; esac
      case $seen in *" $package "*) continue ;; esac
      seen="$seen$package "
      # awk reads escapes in the values it is given: these two letters are its newline.
      reboot_asked="$reboot_asked\\n$package asks for it"
    done </run/reboot-required.pkgs
  fi
  [ -n "$reboot_asked" ] || reboot_asked='\n/run/reboot-required exists'
}

facts_activation() {
  local run='' key value
  if running_activation; then
    emit activation "$running"
  elif [ -r "$STATE_DIR/intent" ]; then
    while IFS=$TAB read -r key value; do
      [ "$key" = run ] && run=$value && break
    done <"$STATE_DIR/intent"
    emit interrupted "${run:-unknown}"
  fi
  first_line "$STATE_DIR/last-run" && emit last-run "$line"
}

facts_lock() {
  read_lock || return 0
  [ "$lock_expires" -gt "$now" ] || line="$line${TAB}expired"
  emit lock "$line"
}

facts_state() {
  [ -r "$STATE_DIR/state.json" ] && whole_text "$STATE_DIR/state.json" && emit state "$text"
}
