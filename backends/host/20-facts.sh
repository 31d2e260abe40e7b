# shellcheck shell=dash
# Everything about the host in one go. A fleet's no-op apply is this verb on every host, so processes are counted:
# awk, find, sha256sum, stat, systemctl and awk again; the rest is read by the shell itself.

verb_facts() {
  [ $# -eq 0 ] || refuse "$EX_USAGE" "facts takes no arguments"
  emit protocol 1
  facts_kernel
  facts_os
  facts_tables
  facts_activation
  facts_lock
  facts_state
  facts_updates
  facts_secrets
  facts_trust
  flush
  printf '%s' "$tables"
  finish 0
}

facts_kernel() {
  first_line /proc/sys/kernel/hostname && emit hostname "$line"
  first_line /proc/sys/kernel/random/boot_id && emit boot-id "$line"
  first_line /proc/sys/kernel/osrelease && emit kernel "$line"
  kernel=$line
  # Older kernels do not tell their machine in /proc.
  first_line /proc/sys/kernel/arch || line=$(uname -m)
  emit arch "$line"
}

facts_os() {
  local file=/etc/os-release key value
  [ -r "$file" ] || file=/usr/lib/os-release
  [ -r "$file" ] || return 0
  while IFS='=' read -r key value || [ -n "$key" ]; do
    value=${value#[\"\']}
    value=${value%[\"\']}
    case $key in
    ID) emit os.id "$value" ;;
    VERSION_ID) emit os.version "$value" ;;
    VERSION_CODENAME) emit os.codename "$value" ;;
    PRETTY_NAME) emit os.pretty "$value" ;;
    esac
  done <"$file"
}

# What needs other programs: their outputs run through one awk program that knows the form of the answer.
facts_tables() {
  local owned=/dev/null paths='' units='' lists
  if [ -r "$STATE_DIR/owned" ]; then
    owned=$STATE_DIR/owned
    lists=$(awk -F'\t' '
      $1 == "file" { print $2 }
      $1 == "unit" { units = units "\n" $2; print "'"$UNIT_DIR"'/" $2 }
      END { print "//" units }' "$owned")
    paths=${lists%%//*}
    units=${lists#*//}
  fi
  find_nix
  find_linked_units "$units"
  find_reboot_signs
  [ -z "$NIXOS" ] || find_nixos_signs
  tables=$(facts_sources "$paths" | awk -v owned="$owned" -v linked="$linked" -v unit_dir="$UNIT_DIR" \
    -v profile="$PROFILE" -v live_link="$LIVE" -v booted_link="$BOOTED" -v nixos="$NIXOS" -v nix="$nix" -v kernel="$kernel" \
    -v asked="$reboot_asked" -v reboot_writer="$reboot_writer" -F'\t' "$facts_program$nixos_facts_program"; printf .)
  tables=${tables%.}
  # The first line is for us: the host's time, and what identifies the nix program.
  line=${tables%%"$NL"*}
  tables=${tables#*"$NL"}
  now=${line%% *}
  is_number "$now" || now=$(date +%s)
  emit time "$now"
  facts_nix "${line#* }"
}

# facts_sources PATHS: sections that begin with a line "@NAME".
facts_sources() {
  local path
  local IFS=$NL
  set -f
  # shellcheck disable=SC2086 # one path a line
  set -- $1
  set +f
  printf '@find\n'
  # The folder of this process in /proc is as old as the process: the time without a process for it.
  find "/proc/$$" "$nix" "$PROFILE" "$PROFILE"-*-link "$LIVE" "$BOOTED" /vmlinuz /boot/vmlinuz \
    ${NIXOS:+$nixos_links} "$@" -maxdepth 0 \( \( -path '/nix/*' -o -path '/run/*' -o -path '*/vmlinuz' -o -path "$UNIT_DIR/*" \) \
    -printf '%y\t%m\t%u\t%g\t%s\t%Ts\t%p\t%l\n' -o -printf '%y\t%m\t%u\t%g\t%s\t%Ts\t%p\n' \) 2>/dev/null
  printf '@hash\n'
  # Only regular files: reading a pipe would wait for ever.
  for path in "$@"; do
    shift
    [ -f "$path" ] && set -- "$@" "$path"
  done
  # Above this many bytes of names a single command line may be too long.
  if [ "$#" -gt 2000 ]; then
    printf '%s\n' "$@" | xargs -d '\n' sha256sum -- 2>/dev/null
  elif [ "$#" -gt 0 ]; then
    sha256sum -- "$@" 2>/dev/null
  fi
  printf '@disk\n'
  stat -f -c "%n$TAB%S$TAB%a$TAB%d$TAB%c$TAB%b" /nix /var / ${NIXOS:+/boot} 2>/dev/null
  printf '@units\n'
  if [ -d /run/systemd/system ]; then
    systemctl list-units --all --full --plain --no-legend --no-pager 2>&1 && printf '@units-ok\n'
  else
    printf 'systemd is not the first process of this host\n'
  fi
}

# find_linked_units UNITS: into $linked, between spaces, those that something pulls in at boot.
# Told from the links themselves, which costs no process.
find_linked_units() {
  local unit link
  local IFS=$NL
  linked=' '
  for unit in $1; do
    for link in "$UNIT_DIR"/*.wants/"$unit" "$UNIT_DIR"/*.requires/"$unit" "$UNIT_DIR"/*.upholds/"$unit"; do
      [ -L "$link" ] || continue
      linked="$linked$unit "
      break
    done
  done
}
