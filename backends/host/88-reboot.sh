# shellcheck shell=dash
# Issuing a reboot. Whether it happened is proven by another boot id, over another connection.

# Reboots of ours that did not end what they were for: run, boot id, reasons; a line each, gone once a reboot was verified.
REBOOTS=$STATE_DIR/reboots
# Units that had failed before the first of them: what is well again is judged by it.
FAILED_BEFORE=$STATE_DIR/failed-before-reboot

# reboot issue RUN BOOT-ID REASONS LIMIT: REASONS is a word that stands for why. reboot verified RUN.
verb_reboot() {
  case ${1:-}:$# in
  issue:5) reboot_issue "$2" "$3" "$4" "$5" ;;
  verified:2) reboot_verified "$2" ;;
  *) refuse "$EX_USAGE" "reboot: unknown action or arguments" ;;
  esac
  finish 0
}

# reboot_verified RUN: the host is well after it.
reboot_verified() {
  is_run_id "$1" || refuse "$EX_USAGE" "reboot: bad arguments"
  nixos_keep_tried "$1"
  kernel_keep_tried
  rm -f -- "$REBOOTS" "$FAILED_BEFORE"
}

# open_reboot: into $line the last reboot that was not verified, as run and boot id from before; fails where there is none.
open_reboot() {
  local record found=''
  [ -r "$REBOOTS" ] || return 1
  while IFS= read -r record; do found=${record%"$TAB"*}; done <"$REBOOTS"
  line=$found
  [ -n "$line" ]
}

reboot_issue() {
  local reason count inhibitors
  { is_run_id "$1" && is_field "$2" && is_field "$3" && is_number "$4"; } || refuse "$EX_USAGE" "reboot: bad arguments"
  require_systemd
  now=$(date +%s)
  require_lock "$1"
  running_activation && refuse "$EX_LOCKED" "run $running is at work on this host"
  first_line /proc/sys/kernel/random/boot_id
  emit boot-id "$line"
  [ "$line" = "$2" ] || refuse "$EX_MOVED" "the host was rebooted since the plan was made"
  count=0
  if [ -r "$REBOOTS" ]; then
    while IFS=$TAB read -r _ _ reason; do [ "$reason" = "$3" ] && count=$((count + 1)); done <"$REBOOTS"
  fi
  [ "$count" -lt "$4" ] || refuse "$EX_CONFLICT" "$count reboots for the same reasons did not end them"
  [ ! -e /run/systemd/shutdown/scheduled ] || refuse "$EX_CONFLICT" "somebody else has scheduled a shutdown"
  inhibitors=$(reboot_inhibitors)
  [ -z "$inhibitors" ] || refuse "$EX_CONFLICT" "a reboot is inhibited by $(one_field "$inhibitors")"
  make_state_folder
  { { [ -e "$REBOOTS" ] || failed_units >"$FAILED_BEFORE"; } && printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$REBOOTS" && sync "$REBOOTS" && mkdir -p -- "$STATE_DIR/runs/$1" &&
    printf '%s\n' "$2" >"$STATE_DIR/runs/$1/rebooted-from"; } || refuse "$EX_STORAGE" "cannot write in $STATE_DIR"
  kernel_try
  audit reboot "$1" "$lock_owner" "$3"
  # A service, not a timer, since timers start anew at a daemon-reload; late enough for this answer to be sent. With the two
  # variables systemd does what it is told: not a kexec, not a reboot of user space only.
  line=$(systemd-run --quiet --collect --no-block --no-ask-password --unit="nixfleet-reboot-$1" --property=StandardInput=null \
    --setenv=SYSTEMCTL_SKIP_AUTO_KEXEC=1 --setenv=SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT=1 \
    -- /bin/sh -c 'sleep 2; systemctl reboot' 2>&1) || { kernel_undo_try; refuse "$EX_FAILED" "systemd did not take the reboot: $line"; }
  emit issued "$now"
}

failed_units() {
  systemctl list-units --failed --plain --no-legend --no-pager | awk '{ print $1 }'
}

# apt and dpkg hold theirs only while they work; anything else that blocks is somebody's wish.
reboot_inhibitors() {
  systemd-inhibit --list --no-legend --no-pager 2>/dev/null | awk '/shutdown/ && / block *$/ { print $1 }' | sort -u
}
