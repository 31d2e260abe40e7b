# shellcheck shell=dash
# How apt is called: never with a terminal, never with a question, and never believed when it says that all is well.

APT_DAILY_LOCK=/var/lib/apt/daily_lock
# Who holds a lock of apt or dpkg for longer than this is in trouble.
APT_LOCK_SECONDS=600
DPKG_UPDATES=/var/lib/dpkg/updates

# apt_get PREFERENCES WORD…: `-` for the host's own preferences; otherwise this file stands in for /etc/apt/preferences, and
# preferences.d is read after it.
apt_get() {
  local preferences=$1
  shift
  [ "$preferences" = - ] || set -- -o Dir::Etc::Preferences="$preferences" "$@"
  # Maintainer scripts make files for everybody.
  (
    umask 022
    exec env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none \
      NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1 apt-get -y -q -o DPkg::Lock::Timeout="$APT_LOCK_SECONDS" \
      -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o APT::Color=0 \
      -o Acquire::Retries=3 -o NixFleet::Run="${run:-none}" "$@" </dev/null
  )
}

# apt_simulated PREFERENCES WORD…: what it would do, on standard output. Takes no lock and changes nothing.
apt_simulated() {
  local preferences=$1
  shift
  apt_get "$preferences" -qq -s "$@"
}

# phasing_option POLICY: into $phasing. Who phases: the archive by this host's lot, or NixFleet by its stages.
phasing_option() {
  case $1 in
  host) phasing=NixFleet::Phasing=host ;;
  always) phasing=APT::Get::Always-Include-Phased-Updates=true ;;
  never) phasing=APT::Get::Never-Include-Phased-Updates=true ;;
  *) refuse "$EX_USAGE" "unknown phasing: $1" ;;
  esac
}

# apt_refresh FILE: fetches the indexes; what apt says goes to FILE. Without --error-on an archive that cannot be reached is
# a warning, and old indexes pass for new.
apt_refresh() {
  apt_patiently "$1.errors" - update --error-on=any >"$1"
  set -- "$1" "$?"
  cat -- "$1.errors" >>"$1"
  return "$2"
}

# apt_patiently ERRORS PREFERENCES WORD…: what apt complains of goes to ERRORS. apt itself waits for dpkg's lock only; for those of the
# lists and of the downloads nobody waits but us.
apt_patiently() {
  local errors=$1 left=$APT_LOCK_SECONDS
  shift
  while :; do
    apt_get "$@" 2>"$errors" && return 0
    { grep -q 'Could not get lock' "$errors" && [ "$left" -gt 0 ]; } || return 1
    left=$((left - 2))
    sleep 2
  done
}

# planned_changes: from a simulation to lines of name, old version or -, new version or - when it is removed; sorted.
planned_changes() {
  awk '
    /^Inst / {
      old = ($3 ~ /^\[/) ? substr($3, 2, length($3) - 2) : "-"
      match($0, /\([^ ]+/)
      print $2 "\t" old "\t" substr($0, RSTART + 1, RLENGTH - 1)
    }
    /^(Remv|Purg) / { print $2 "\t" substr($3, 2, length($3) - 2) "\t-" }
  ' | sort
}

# broken_packages: packages that are not as they should be, a line each; dpkg --audit alone says 0 whatever it finds.
broken_packages() {
  dpkg-query -W -f '${db:Status-Abbrev}|${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
    awk -F'|' 'substr($1, 1, 3) !~ /^[ihrpu][inc] $/ { print $2 }'
}

# interrupted_dpkg: whether dpkg was killed in the middle of writing what it knows.
interrupted_dpkg() {
  local file
  for file in "$DPKG_UPDATES"/[0-9]*; do
    [ -e "$file" ] && return 0
  done
  return 1
}

# installed_packages: name, version, source and its version, tab-separated and sorted. What is true before and after.
installed_packages() {
  dpkg-query -W -f '${db:Status-Abbrev}${binary:Package}\t${Version}\t${source:Package}\t${source:Version}\n' |
    awk '/^.[^nc]/ { print substr($0, 4) }' | sort
}

# Those of dpkg, of the lists and of the downloads.
APT_LOCKS="/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock"

apt_lock_holders() {
  # shellcheck disable=SC2086 # several files
  lock_holders $APT_LOCKS
}

# lock_holders FILE…: processes that hold these locks, with the file: these are POSIX locks, which flock does not see.
lock_holders() {
  local file inode
  for file in "$@"; do
    inode=$(stat -c %i -- "$file" 2>/dev/null) || continue
    awk -v inode="$inode" -v file="$file" '$2 == "POSIX" && $6 ~ ":" inode "$" { print $5 "\t" file }' /proc/locks
  done
}

# payload_sections FOLDER: what came behind the program, parted by lines `@NAME`, into files of these names. Others than those
# that a verb takes are left out: the folder holds more than what the caller may say.
payload_sections() {
  tail -c "+$((${NIXFLEET_PROGRAM_BYTES:-0} + 1))" -- "$0" | awk -v folder="$1" '
    /^@(chosen|security|approved|kernels)$/ { file = folder "/" substr($0, 2); printf "" >file; next }
    /^@[a-z]+$/ { file = ""; next }
    file != "" { print >file }'
}

require_apt() {
  { command -v apt-get && command -v dpkg-query; } >/dev/null || refuse "$EX_UNSUPPORTED" "this host has no apt"
}
