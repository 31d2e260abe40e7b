# shellcheck shell=dash
# The transaction itself. Until `install` nothing is changed but indexes and downloaded packages; what it did is read from
# dpkg, not from what apt said.

os_transaction() {
  local step
  for step in preflight refresh compare download install; do
    begin "$step"
    case $step in
    preflight) os_preflight ;;
    refresh) os_refresh ;;
    compare) os_compare ;;
    download) os_download ;;
    install) os_install ;;
    esac || { os_failed "$step" "$?"; return; }
    # All that was approved is there already.
    if [ "$step" = compare ] && [ ! -s "$run_folder/planned" ]; then
      [ ! -e "$run_folder/repaired" ] || os_record
      return 0
    fi
  done
}

# os_failed STEP CODE
os_failed() {
  failed_step=$1
  return "$2"
}

os_preflight() {
  local broken
  os_wait_for_others || return
  : >"$run_folder/began"
  installed_packages >"$run_folder/before"
  broken=$(broken_packages)
  if interrupted_dpkg || [ -n "$broken" ]; then
    os_repair
    printf '%s\n' "${broken:-what dpkg noted}" >"$run_folder/repaired"
  fi
  interrupted_dpkg && { problem "dpkg was interrupted, and its journal is still there"; return "$EX_CONFLICT"; }
  broken=$(broken_packages)
  [ -n "$broken" ] || return 0
  # Where a repair was tried.
  os_reasons
  os_tell_broken "$broken"
  return "$EX_CONFLICT"
}

# What somebody else is in the middle of looks half done, and is not broken.
os_wait_for_others() {
  local left=$APT_LOCK_SECONDS holders
  while holders=$(apt_lock_holders) && [ -n "$holders" ]; do
    [ "$left" -gt 0 ] || { problem "process ${holders%%"$TAB"*} holds apt's or dpkg's lock for too long"; return "$EX_LOCKED"; }
    [ "$left" -lt "$APT_LOCK_SECONDS" ] || say "waiting for process ${holders%%"$TAB"*}, which holds ${holders##*"$TAB"}"
    left=$((left - 1))
    sleep 1
  done
}

# As far as the policy goes; whether it helped is for the checks behind it to see.
os_repair() {
  [ "$repair" = never ] && return 0
  say "repairing what an earlier update left behind"
  (
    umask 022
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 dpkg --force-confdef --force-confold --configure -a </dev/null
  )
  [ "$repair" = fix ] || return 0
  # Only where it takes nothing away.
  apt_simulated - --fix-broken install | grep -q '^Remv ' && { say "apt would remove packages to repair: left alone"; return 0; }
  apt_get - --fix-broken install
}

os_refresh() {
  apt_refresh "$run_folder/refresh" && return 0
  cat -- "$run_folder/refresh"
  if [ "$stale" = warn ]; then
    say "going on with old indexes"
    return 0
  fi
  grep -E '^(E|Err)' "$run_folder/refresh" | head -n 5 | while IFS= read -r word; do problem "$word"; done
  problem "the package indexes could not be fetched"
  return "$EX_CONFLICT"
}

os_upgrade() {
  apt_get "$run_folder/preferences" "$@" -o "$phasing" --no-remove upgrade --with-new-pkgs
}

# What apt would do now has to be what was approved; what was approved and is there already may be missing from it.
os_compare() {
  local code=0
  os_upgrade -qq -s >"$run_folder/simulation" 2>"$run_folder/errors" || code=$?
  if [ "$code" != 0 ]; then
    grep '^E:' "$run_folder/errors" | while IFS= read -r word; do problem "$word"; done
    problem "apt cannot work out the approved update"
    return "$EX_MOVED"
  fi
  planned_changes <"$run_folder/simulation" >"$run_folder/planned"
  installed_packages >"$run_folder/now"
  awk -F'\t' '
    FNR == 1 { part++ }
    part == 1 { version[$1] = $2; bare = $1; sub(/:.*/, "", bare); if (!(bare in version)) version[bare] = $2 }
    part == 2 { approved[$0] = 1; new[$1] = $3 }
    part == 3 && $0 != "" { if (!($0 in approved)) print "not approved: " $1 " " $2 " -> " $3; found[$1] = 1 }
    END { for (name in new) if (!(name in found) && version[name] != new[name]) print "no longer to be had: " name " " new[name] }
  ' "$run_folder/now" "$(with_line "$run_folder/approved")" "$(with_line "$run_folder/planned")" >"$run_folder/differences"
  [ -s "$run_folder/differences" ] || return 0
  sort "$run_folder/differences" | while IFS= read -r word; do problem "$word"; done
  return "$EX_MOVED"
}

# with_line FILE: a copy that is never empty, so that awk counts the files right.
with_line() {
  { cat -- "$1"; printf '\n'; } >"$1.lines"
  printf '%s' "$1.lines"
}

os_download() {
  apt_patiently "$run_folder/errors" "$run_folder/preferences" --download-only -o "$phasing" --no-remove upgrade --with-new-pkgs &&
    return 0
  grep '^E:' "$run_folder/errors" | head -n 5 | while IFS= read -r word; do problem "$word"; done
  problem "not every package could be downloaded"
  return "$EX_CONFLICT"
}

os_install() {
  local code=0 broken
  os_make_room || return
  os_upgrade || code=$?
  printf '%s\n' "$code" >"$run_folder/apt-exit"
  os_record
  broken=$(broken_packages)
  # apt says 0 after an interruption too: only dpkg knows.
  if [ "$code" != 0 ] || [ -n "$broken" ] || interrupted_dpkg || [ -n "$(os_missing)" ]; then
    os_reasons
    os_tell_broken "$broken"
    os_missing | while IFS= read -r word; do problem "not updated: $word"; done
    problem "apt ended with exit code $code"
    return "$EX_FAILED"
  fi
}

# os_tell_broken PACKAGES: lines of a name and the state that it is in.
os_tell_broken() {
  printf '%s\n' "$1" | while IFS=' ' read -r word state; do [ -z "$word" ] || problem "the package $word is $state"; done
}

# What dpkg said of each package that it could not do, as problems.
os_reasons() {
  awk '/^dpkg: error processing (package|archive) / { name = $5; getline; sub(/^ +/, ""); print name ": " $0 }' \
    "$run_folder/log" | sort -u | head -n 10 | while IFS= read -r word; do problem "$word"; done
}

# os_make_room: takes the kernels away that were approved for it: none that runs, and nothing with them but their own parts.
os_make_room() {
  local running kernels
  [ -s "$run_folder/kernels" ] || return 0
  first_line /proc/sys/kernel/osrelease && running=$line
  kernels=$(grep -E -x -e 'linux-image-(unsigned-)?[0-9][a-z0-9+.~-]*' "$run_folder/kernels" | grep -v -F -e "-${running:?}")
  [ "$(printf '%s\n' "$kernels" | wc -l)" = "$(wc -l <"$run_folder/kernels")" ] ||
    { problem "not every kernel that was to be removed is an old one"; return "$EX_MOVED"; }
  # shellcheck disable=SC2086 # a word each
  apt_simulated - purge $kernels | grep -E '^(Remv|Purg) ' |
    grep -v -E '^(Remv|Purg) linux-(image|headers|modules|modules-extra|tools)-(unsigned-)?[0-9]' >"$run_folder/along"
  if [ -s "$run_folder/along" ]; then
    problem "with old kernels apt would remove $(awk '{ print $2; exit }' "$run_folder/along")"
    return "$EX_MOVED"
  fi
  say "removing old kernels to make room in /boot: $(printf '%s' "$kernels" | tr '\n' ' ')"
  # shellcheck disable=SC2086 # a word each
  apt_get - purge $kernels && return 0
  os_record
  problem "old kernels could not be removed"
  return "$EX_FAILED"
}

# What changed, which edited configuration files kept their old content, what still runs old code.
os_record() {
  installed_packages >"$run_folder/after"
  awk -F'\t' '
    NR == FNR { version[$1] = $2; next }
    { if (!($1 in version)) print $1 "\t-\t" $2 "\t" $3; else if (version[$1] != $2) print $1 "\t" version[$1] "\t" $2 "\t" $3; seen[$1] = 1 }
    END { for (name in version) if (!(name in seen)) print name "\t" version[name] "\t-\t-" }
  ' "$run_folder/before" "$run_folder/after" | sort >"$run_folder/changed"
  find /etc -cnewer "$run_folder/began" \( -name '*.dpkg-dist' -o -name '*.dpkg-new' -o -name '*.ucf-dist' \) 2>/dev/null |
    sort >"$run_folder/conffiles"
  note_old_code
  printf '%s\n' "$old_code" >"$run_folder/services"
  # dpkg's own note for needrestart: what it would restart at the next call of apt is somebody's decision.
  rm -rf -- /run/needrestart/unpacked
}

# os_missing: approved packages that are not there in the approved version.
os_missing() {
  awk -F'\t' '
    NR == FNR { version[$1] = $2; bare = $1; sub(/:.*/, "", bare); if (!(bare in version)) version[bare] = $2; next }
    version[$1] != $3 { print $1 " " $3 }
  ' "$run_folder/after" "$run_folder/approved"
}
