# shellcheck shell=dash
# Who a reboot right now would disturb. Told as it is: how long to wait, and for whom, is for the caller to decide.

# emit_in_the_way: a record `busy` for each kind: `packages`, `cloud-init`, `inhibitor` or `user`, and who.
emit_in_the_way() {
  emit_busy packages "$(lock_holders | awk -F'\t' '{ print "process " $1 " with " $2 }')"
  if command -v cloud-init >/dev/null && cloud-init status 2>/dev/null | grep -q 'status: running'; then
    emit_busy cloud-init 'the first boot is not over'
  fi
  emit_busy inhibitor "$(reboot_inhibitors)"
  emit_busy user "$(logged_in)"
}

# emit_busy KIND LINES
emit_busy() {
  [ -z "$2" ] || emit busy "$1$TAB$(one_field "$(printf '%s\n' "$2" | sort -u | paste -s -d ,)")"
}

# logged_in: people by name and terminal. Many sshds open the session before its terminal, so logind does not know that: whose
# processes have one does. A connection without a terminal is no person, nor is a login prompt.
logged_in() {
  ps -eo tty=,user=,cgroup= 2>/dev/null | awk '$1 ~ /^(pts\/|tty)/ && $3 ~ /session-[^\/]*\.scope/ { print $2 " on " $1 }'
  loginctl list-sessions --no-legend --no-pager 2>/dev/null | while read -r session _; do
    loginctl show-session --property=Name --property=Type --property=Class --property=State "$session" 2>/dev/null | awk -F= '
      { session[$1] = $2 }
      END {
        if (session["Class"] == "user" && session["State"] != "closing" && session["Type"] ~ /^(x11|wayland|mir)$/)
          print session["Name"] " on a screen"
      }'
  done
}
