# shellcheck shell=dash
# Units that still run the code of before an update: libraries, programs or scripts that were replaced below them.

# A unit a line, with the invocation that it was in: one that was restarted since runs no old code any more.
OLD_CODE=$STATE_DIR/old-code
INVOCATIONS=/run/systemd/units/invocation

# note_old_code: into $old_code the units that needrestart names, a line each. Only to list: left to itself it restarts them, the unit
# that asks among them.
note_old_code() {
  local unit
  old_code=
  command -v needrestart >/dev/null || { rm -f -- "$OLD_CODE"; return; }
  old_code=$(needrestart -b -l -r l 2>/dev/null </dev/null | sed -n 's/^NEEDRESTART-SVC: *//p' | sort -u)
  [ -d "$STATE_DIR" ] || return 0
  printf '%s\n' "$old_code" | while IFS= read -r unit; do
    [ -z "$unit" ] || printf '%s\t%s\n' "$unit" "$(readlink "$INVOCATIONS:$unit")"
  done >"$OLD_CODE.new" && mv -f -- "$OLD_CODE.new" "$OLD_CODE"
}

# facts_old_code: those of the last look that were not restarted since.
facts_old_code() {
  local unit invocation
  [ -s "$OLD_CODE" ] || return 0
  emit old-code "$(while IFS=$TAB read -r unit invocation; do
    [ "$(readlink "$INVOCATIONS:$unit")" != "$invocation" ] || printf '%s\n' "$unit"
  done <"$OLD_CODE")"
}
