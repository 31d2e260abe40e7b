# shellcheck shell=dash
# What a restricted host has besides: the program that sudo lets the account call, and what it knows of its fleet.

step_program() {
  tail -c "$program_bytes" -- "$scratch/settings" >"$scratch/program"
  must "the program did not arrive whole" sh -n "$scratch/program"
  entry_text >"$scratch/entry"
  must "cannot make $INSTALLED_DIR" install -d -m 0755 -o root -g root "$INSTALLED_DIR"
  place "$scratch/program" "$INSTALLED" 0755
  place "$scratch/entry" "$ENTRY" 0755
}

step_fleet() {
  fleet_files "$scratch"
  must "cannot make $TRUST_DIR" install -d -m 0755 -o root -g root "$TRUST_DIR"
  place "$scratch/fleet-keys" "$FLEET_KEYS" 0644
  place "$scratch/host" "$FLEET_HOST" 0644
}

# place FILE TARGET MODE: by rename, so that a link or an open file in its place stays out of it.
place() {
  must "cannot write $2" install -m "$3" -o root -g root "$1" "$2.new"
  must "cannot write $2" mv -f -T "$2.new" "$2"
}

# fleet_files FOLDER
fleet_files() {
  local key
  for key in $public_keys; do printf '%s\n' "$key"; done >"$1/fleet-keys"
  printf '%s\n' "$host_name" >"$1/host"
}

# digest_of_program FILE: without comments and empty lines, which closures have and the caller's text has not.
digest_of_program() {
  sed -e '/^[[:space:]]*#/d' -e '/^$/d' -- "$1" | sha256sum | cut -d ' ' -f 1
}

# entry_text: nothing of the caller's environment goes through, but who it is.
entry_text() {
  printf '#!/bin/sh\n# Installed by nixfleet bootstrap: all that sudo lets the deploy account call.\n'
  # shellcheck disable=SC2016 # expanded when it runs
  printf 'exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SUDO_USER="${SUDO_USER:-}" /bin/sh %s gate "$@"\n' "$INSTALLED"
}
