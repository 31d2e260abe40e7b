# shellcheck shell=dash
# What would be updated, and what stands in the way. Looks only; with `refresh` it fetches the indexes first.

# Counts of the last look, for as long as nothing moved that they follow from.
UPDATES_SUMMARY=$STATE_DIR/updates-summary

# updates REFRESH PHASING: REFRESH is `refresh` or `cached`; the payload has preferences in the sections @chosen and @security.
verb_updates() {
  local held
  { [ $# -eq 2 ] && { [ "$1" = refresh ] || [ "$1" = cached ]; }; } || refuse "$EX_USAGE" "updates: bad arguments"
  require_apt
  phasing_option "$2"
  scratch=$(mktemp -d) || refuse "$EX_STORAGE" "cannot make a temporary folder"
  trap 'rm -rf -- "$scratch"' EXIT
  payload_sections "$scratch"
  emit apt.version "$(dpkg-query -W -f '${Version}' apt 2>/dev/null)"
  [ "$1" = cached ] || refresh_lists
  updates_obstacles
  updates_simulations
  updates_packages
  updates_space
  updates_signs
  emit_boot_once
  updates_unattended
  note_old_code
  emit old-code "$old_code"
  held=$(apt-mark showhold)
  emit apt.held "$held"
  updates_summary
  emit updates.summary "$summary"
  finish 0
}

refresh_lists() {
  if apt_refresh "$scratch/refresh"; then
    emit apt.refresh ok
  else
    emit apt.refresh "$(grep -E '^(E|W|Err)' "$scratch/refresh" | tail -n 10)"
  fi
}

updates_obstacles() {
  emit dpkg.broken "$(broken_packages)"
  interrupted_dpkg && emit dpkg.interrupted yes
  emit apt.lock "$(apt_lock_holders)"
}

# Each simulation answers one question: what is chosen, what the host's own rules give, what phasing keeps back, what there is.
updates_simulations() {
  local file overlay
  for file in chosen security; do
    [ -e "$scratch/$file" ] || continue
    overlay=$scratch/$file.pref
    full_overlay "$scratch/$file" >"$overlay"
    if [ "$file" = chosen ]; then
      updates_simulation chosen "$overlay" -o "$phasing" upgrade --with-new-pkgs
    else
      updates_simulation security "$overlay" upgrade --with-new-pkgs
    fi
  done
  updates_simulation own - upgrade --with-new-pkgs
  updates_simulation phased - -o APT::Get::Always-Include-Phased-Updates=true upgrade --with-new-pkgs
  # Without the last option apt refuses even to think of a change to what was held by hand.
  updates_simulation all - -o APT::Get::Always-Include-Phased-Updates=true --ignore-hold --allow-change-held-packages dist-upgrade
}

# full_overlay RULES: the rules, then what the host's own file says; the first rule that matches wins.
full_overlay() {
  cat -- "$1"
  printf '\n'
  [ ! -r /etc/apt/preferences ] || cat /etc/apt/preferences
}

# updates_simulation NAME PREFERENCES WORD…
updates_simulation() {
  local name=$1 code=0
  shift
  apt_simulated "$@" >"$scratch/sim.$name" 2>"$scratch/errors" || code=$?
  emit "sim.$name" "$code$NL$(grep -E '^(Inst|Remv|Purg) ' "$scratch/sim.$name")"
  [ "$code" = 0 ] || emit "sim.$name.error" "$(grep '^E:' "$scratch/errors")"
}

# Of every package that some simulation names: what is installed, from which source, and whether it came by itself.
updates_packages() {
  cat "$scratch"/sim.* | planned_changes | cut -f 1 | sort -u >"$scratch/names"
  [ -s "$scratch/names" ] || return 0
  apt-mark showauto >"$scratch/auto"
  xargs -d '\n' apt-cache show --no-all-versions -- <"$scratch/names" >"$scratch/records" 2>/dev/null
  emit apt.package "$(awk -v auto="$scratch/auto" '
    BEGIN { while ((getline name < auto) > 0) is_auto[name] = 1; name = "" }
    function tell() {
      if (name != "") print name "\t" (source == "" ? name : source) "\t" ((name in is_auto) ? "auto" : "manual") "\t" (phased == "" ? "-" : phased)
      name = source = phased = ""
    }
    /^Package: / { tell(); name = $2 }
    /^Source: / { source = $2 }
    /^Phased-Update-Percentage: / { phased = $2 }
    END { tell() }' "$scratch/records")"
}

updates_space() {
  local folder
  for folder in / /var /usr /boot /boot/efi; do
    [ -d "$folder" ] && stat -f -c "$folder$TAB%S$TAB%a$TAB%d$TAB%c" "$folder"
  done | awk -F'\t' '{ printf "%s\t%.0f\t%s\n", $1, $2 * $3, ($5 == 0) ? "9007199254740991" : $4 }' >"$scratch/space"
  emit space "$(cat "$scratch/space")"
  emit kernel.boot "$(boot_kernels)"
  [ -e "$scratch/chosen.pref" ] || return 0
  emit apt.download "$(apt_get "$scratch/chosen.pref" -qq --print-uris -o "$phasing" upgrade --with-new-pkgs 2>/dev/null |
    awk "/^'/ { bytes += \$3 } END { printf \"%.0f\", bytes }")"
}

# boot_kernels: a line for each kernel of a package: its package, release, bytes in /boot, and whether it `runs`.
boot_kernels() {
  local package release running
  first_line /proc/sys/kernel/osrelease && running=$line
  dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 'linux-image-[0-9]*' 'linux-image-unsigned-[0-9]*' 2>/dev/null | sed -n 's/^ii //p' |
    while IFS= read -r package; do
      release=${package#linux-image-}
      release=${release#unsigned-}
      printf '%s\t%s\t%s\t%s\n' "$package" "$release" \
        "$(cat "/boot/vmlinuz-$release" "/boot/initrd.img-$release" "/boot/System.map-$release" 2>/dev/null | wc -c)" \
        "$([ "$release" != "${running:-}" ] || echo runs)"
    done
}

# What somebody else already has in mind for this host.
updates_signs() {
  [ -e /run/systemd/shutdown/scheduled ] && emit shutdown.scheduled yes
  emit inhibitor "$(systemd-inhibit --list --no-legend --no-pager 2>/dev/null | awk '/ block *$/ { print $1 }' | sort -u)"
}

# updates_summary: into $summary pending, security and kept back. Kept for `facts` with its age.
updates_summary() {
  summary=$(awk -F'\t' '
    FNR == 1 { part++ }
    $1 != "" { if (part == 1) own[$1] = 1; else if (part == 2) security++; else if (!($1 in own) && $3 != "-") back++ }
    END { for (name in own) pending++; printf "%d\t%d\t%d", pending, security, back }' \
    "$(changes_file own)" "$(changes_file security)" "$(changes_file all)")
  [ -d "$STATE_DIR" ] || return 0
  printf '%s\n%s\n' "$summary" "$unattended" >"$UPDATES_SUMMARY.new" && mv -f -- "$UPDATES_SUMMARY.new" "$UPDATES_SUMMARY"
}

# changes_file NAME: never empty, so that awk counts the files right.
changes_file() {
  { printf '\n'; [ ! -e "$scratch/sim.$1" ] || planned_changes <"$scratch/sim.$1"; } >"$scratch/changes.$1"
  printf '%s' "$scratch/changes.$1"
}

# facts_updates: the counts of the last look, while nothing that they follow from is newer.
facts_updates() {
  local file timer
  first_line "$STATE_DIR/last-os-update" && emit os-update.last "$line"
  if [ -e /run/reboot-required ]; then
    emit reboot.since "$(stat -c %Y /run/reboot-required)"
    [ -n "$NIXOS" ] || emit_boot_once
  fi
  open_reboot && emit reboot.open "$line"
  facts_old_code
  [ -e "$UPDATES_SUMMARY" ] || return 0
  for file in /var/lib/dpkg/status /var/lib/apt/lists /var/lib/apt/extended_states /etc/apt/preferences \
    /etc/apt/preferences.d /etc/apt/apt.conf.d /etc/apt/sources.list /etc/apt/sources.list.d "$UNATTENDED_LOG"; do
    [ "$file" -nt "$UPDATES_SUMMARY" ] && return 0
  done
  whole_text "$UPDATES_SUMMARY" || return 0
  summary=${text%%"$NL"*}
  text=${text#*"$NL"}
  unattended_timer
  # A run that was going on then may have come to any end since.
  case $text in
  *"${NL}outcome${TAB}running"*) return 0 ;;
  "" | *"${NL}timer$TAB$timer$NL"*) ;;
  *) return 0 ;;
  esac
  emit updates.summary "$summary"
  [ -z "$text" ] || emit unattended "$text"
}
