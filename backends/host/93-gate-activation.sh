# shellcheck shell=dash
# Activations on a restricted host: only closures that the fleet made for it, named by a record that it signed.

# admit_activation [confirm=SECONDS] RUN SYSTEM EXPECTED-SYSTEM EXPECTED-GENERATION OWNER REVISION [DESCRIPTION MODE]
admit_activation() {
  case $1 in confirm=*) shift ;; esac
  { is_run_id "$1" && is_store_path "$2"; } || gate_refuse "not a run and a store path"
  if [ -e "$STATE_DIR/runs/$1/started" ]; then
    gate_follows=$1
    return 0
  fi
  read_record activate
  [ "$record_system" = "$2" ] || gate_refuse "the deploy record is for $record_system"
  [ "$record_description" = "${7:--}" ] || gate_refuse "the deploy record is for the description $record_description"
  [ "$record_mode" = "${8:-live}" ] || gate_refuse "the deploy record is for the mode $record_mode"
  # From here on nothing can take its place in the store: whoever has the lock may drop the run's root, but nobody what a process
  # has open, which garbage collection leaves alone with all that it refers to.
  [ ! -d "$2" ] || exec 6<"$2"
  [ "${7:--}" = - ] || [ ! -d "$7" ] || exec 9<"$7"
  require_own_closure "$2" "${7:--}"
  require_signed "$2" "${7:--}"
  take_serial
  gate_accept "run $1, serial $record_serial, $2"
  leave_serials
}

# admit_removal [confirm=SECONDS] RUN EXPECTED-SYSTEM EXPECTED-GENERATION OWNER REVISION
admit_removal() {
  case $1 in confirm=*) shift ;; esac
  is_run_id "$1" || gate_refuse "not a run"
  if [ -e "$STATE_DIR/runs/$1/started" ]; then
    gate_follows=$1
    return 0
  fi
  read_record remove
  take_serial
  gate_accept "run $1, serial $record_serial"
  leave_serials
}

# require_own_closure SYSTEM DESCRIPTION: made by NixFleet, and for this host. A NixOS system without a description is one that
# ran here before, so that its manifest is kept.
require_own_closure() {
  local manifest=$1/manifest key value host=
  { [ -d "$1" ] && [ ! -L "$1" ]; } || gate_refuse "the closure is not on this host: $1"
  if [ -n "$NIXOS" ]; then
    manifest=$(kept_manifest "$1")/manifest
    [ "$2" = - ] || manifest=$2/manifest
    [ "$2" = - ] || { is_store_path "$2" && [ ! -L "$2" ] && [ "$(readlink -f -- "$2/toplevel")" = "$1" ]; } ||
      gate_refuse "the description is not of $1"
  else
    first_line "$1/nixfleet-closure" || gate_refuse "not a NixFleet closure: $1"
  fi
  [ -f "$manifest" ] || gate_refuse "not a NixFleet closure, or one of NixOS that never ran here: $1"
  while IFS=$TAB read -r key value; do
    [ "$key" = host ] && host=$value && break
  done <"$manifest"
  [ "$host" = "$record_host" ] || gate_refuse "the closure is made for the host $host"
}

# require_signed SYSTEM DESCRIPTION: each path of the closure carries a signature of the fleet. Nix takes a path whose name
# comes from its content for signed; below a signed path that holds, since the signature covers the names of what it refers
# to, but a closure itself has to be signed.
require_signed() {
  local root=$1 keys path
  [ "$2" = - ] || root=$2
  find_nix || gate_refuse "there is no Nix to verify signatures with"
  keys=$(tr '\n' ' ' <"$FLEET_KEYS")
  for path in "$1" "$root"; do
    ! nix_verifies "" "$path" || gate_refuse "the closure is named by its content, which says nothing of who made it: $path"
  done
  nix_verifies "$keys" --recursive "$root" && return 0
  emit unsigned "$(sed -n "s/^path '\(\/nix\/store\/[^' ]*\)' is untrusted$/\1/p" "$gate/verify")"
  gate_refuse "not every path of the closure is signed by the fleet: $(grep '^path ' "$gate/verify" | head -n 1)"
}

# nix_verifies KEYS ARGS…: by these keys alone. The host's configuration is left out: it names other keys, and with a key
# of its own Nix would trust whatever was built here.
nix_verifies() {
  local keys=$1
  shift
  mkdir -p -- "$gate/nix"
  HOME=$gate/nix NIX_CONF_DIR=$gate/nix NIX_USER_CONF_FILES=/dev/null "$nix" --extra-experimental-features nix-command store verify \
    --no-contents --sigs-needed 1 --trusted-public-keys "$keys" --secret-key-files "" --substituters "" "$@" </dev/null >"$gate/verify" 2>&1
}
