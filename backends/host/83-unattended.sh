# shellcheck shell=dash
# How unattended-upgrades fares. Its exit code and that of its unit say success whatever happened, and what it kept back is written only by
# runs that went well: the log of its last run is the truth.

UNATTENDED_LOG=/var/log/unattended-upgrades/unattended-upgrades.log
UNATTENDED_KEPT=/var/lib/unattended-upgrades/kept-back
UNATTENDED_LOCK=/run/unattended-upgrades.lock
UNATTENDED_TIMER=apt-daily-upgrade.timer

# updates_unattended: into $unattended lines of a key and values: `ran`, `outcome`, `every`, `timer`, and `kept-back` and `trouble` as often as
# there are some. Empty where it is not installed.
updates_unattended() {
  local stamp timer
  unattended=
  command -v unattended-upgrade >/dev/null || return 0
  stamp=$(stat -c %Y /var/lib/apt/periodic/unattended-upgrades-stamp 2>/dev/null || echo -)
  unattended_timer
  [ "$timer" != enabled ] || systemctl --quiet is-active "$UNATTENDED_TIMER" || timer=stopped
  unattended="ran$TAB$stamp${NL}every$TAB$(unattended_every)${NL}timer$TAB$timer$NL$(unattended_last_run)"
  emit unattended "$unattended"
}

# Days between its runs as apt is told, 0 where it is switched off.
unattended_every() {
  apt-config dump --format '%f=%v%n' APT::Periodic::Enable APT::Periodic::Unattended-Upgrade 2>/dev/null | awk -F= '
    $1 == "APT::Periodic::Enable" && $2 == "0" { off = 1 }
    $1 == "APT::Periodic::Unattended-Upgrade" { every = $2 }
    END { print (off || every == "") ? 0 : every }'
}

# unattended_timer: into $timer what became of the timer that runs it, as far as files tell: this is part of every look at the host.
unattended_timer() {
  timer=enabled
  [ -e "/etc/systemd/system/timers.target.wants/$UNATTENDED_TIMER" ] || timer=disabled
  # A masked unit is a link to /dev/null.
  [ ! -c "/etc/systemd/system/$UNATTENDED_TIMER" ] || timer=masked
}

unattended_last_run() {
  local going=no lines=
  [ -z "$(lock_holders "$UNATTENDED_LOCK")" ] || going=yes
  [ ! -r "$UNATTENDED_LOG" ] || lines=$(tail -n 500 "$UNATTENDED_LOG" | unattended_log "$going")
  printf '%s\n' "${lines:-outcome${TAB}unknown}"
  # What this file says is of the last run that went well.
  case $lines in
  "outcome${TAB}ok"*) tr ' ' '\n' <"$UNATTENDED_KEPT" 2>/dev/null | sed -n "s/^\(..*\)/kept-back$TAB\1/p" ;;
  esac
}

# unattended_log GOING: from its log to lines, of the last run alone. GOING says whether it runs right now.
unattended_log() {
  awk -v going="$1" '
    / INFO Starting unattended upgrades script/ { outcome = (going == "yes") ? "running" : "cut-short"; lines = kept = "" }
    $3 == "INFO" && /All upgrades installed|No packages found that can be upgraded/ { outcome = "ok" }
    $3 == "ERROR" { outcome = "failed" }
    $3 == "INFO" && $4 == "Package" && / is (blacklisted|kept back)/ { kept = kept "kept-back\t" $5 "\n" }
    $3 == "WARNING" || $3 == "ERROR" { lines = lines "trouble\t" $0 "\n" }
    END {
      printf "outcome\t%s\n%s", outcome == "" ? "unknown" : outcome, lines
      if (outcome != "ok") printf "%s", kept
    }'
}
