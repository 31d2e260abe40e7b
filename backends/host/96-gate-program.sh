# shellcheck shell=dash
# Another version of this program, named by a record that the fleet signed: how a restricted host gets it without root's login.

admit_program() {
  local found number
  read_record program
  tail -c "$record_bytes" -- "$gate/payload" >"$gate/new"
  found=$(sha256sum <"$gate/new")
  [ "${found%% *}" = "$record_program" ] || gate_refuse "the program is not the one that the deploy record names"
  number=$(sed -n 's/^PROGRAM=\([0-9]\{1,6\}\)$/\1/p' "$gate/new")
  is_number "$number" || gate_refuse "the program has no number"
  [ "$number" -ge "$PROGRAM" ] || gate_refuse "the program is an earlier one: its number is $number, here it is $PROGRAM"
  /bin/sh -n "$gate/new" 2>/dev/null || gate_refuse "this host's shell cannot read the program"
  take_serial
  gate_accept "serial $record_serial, number $number, $record_program"
}

# take_program: killed before the rename, the one that is installed stays.
take_program() {
  replace_file "$INSTALLED" "$gate/new" 0755
}
