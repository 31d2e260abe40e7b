# shellcheck shell=dash
# Another set of the fleet's keys, signed with one that is trusted already: how keys are changed without root's login.

admit_trust() {
  local key
  read_record trust
  [ -n "$record_keys" ] || gate_refuse "the record names no key"
  printf '%s' "$record_keys" >"$gate/keys"
  while IFS= read -r key; do
    is_fleet_key "$key" || gate_refuse "not a public key: $key"
  done <"$gate/keys"
  # Whoever is asked to trust others is not asked to forget who asks: that would be the last word that is believed.
  grep -qxF -- "$signer" "$gate/keys" || gate_refuse "the new keys leave out ${signer%%:*}, which signed them"
  take_serial
  gate_accept "serial $record_serial, keys $(cut -d : -f 1 "$gate/keys" | tr '\n' ' ')"
}

# take_fleet_keys: for us, and where the daemon's list is a file of ours, for the daemon.
take_fleet_keys() {
  replace_file "$FLEET_KEYS" "$gate/keys" 0644
  [ -e /etc/nix/nixfleet.conf ] || return 0
  {
    printf '# Managed by nixfleet: closures that one of these keys has signed are accepted.\n'
    printf 'extra-trusted-public-keys = %s\n' "$(tr '\n' ' ' <"$gate/keys")"
  } >"$gate/nixfleet.conf"
  replace_file /etc/nix/nixfleet.conf "$gate/nixfleet.conf" 0644
  # Connections that are open are processes of their own and go on; new ones have the new list only after this.
  ! systemctl --quiet is-active nix-daemon.service || systemctl restart nix-daemon.service ||
    refuse "$EX_FAILED" "the Nix daemon cannot be restarted"
}

# replace_file TARGET CONTENT MODE
replace_file() {
  { install -m "$3" -- "$2" "$1.new" && sync "$1.new" && mv -f -- "$1.new" "$1"; } ||
    refuse "$EX_STORAGE" "cannot write $1"
}
