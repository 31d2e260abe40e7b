# shellcheck shell=dash
# What a restricted host knows about its fleet: files that `nixfleet bootstrap --restricted` lays down, root's alone.
TRUST_DIR=/etc/nixfleet
# A line each, `NAME:BASE64` as Nix writes public keys.
FLEET_KEYS=$TRUST_DIR/fleet-keys
# The host's name in the inventory: deploy records name it.
FLEET_HOST=$TRUST_DIR/host
# This program as it is installed. Beside it lies the one that sudoers names, which calls `gate` here.
INSTALLED_DIR=/usr/local/lib/nixfleet
INSTALLED=$INSTALLED_DIR/nixfleet-host
# The serial of the last deploy record that was accepted.
SERIAL=$STATE_DIR/serial

# facts_trust: absent on a host that is not restricted.
facts_trust() {
  local key host digest serial=0
  first_line "$FLEET_HOST" || return 0
  host=$line
  first_line "$SERIAL" && serial=$line
  emit restricted "$host$TAB$serial"
  digest=$(sha256sum <"$INSTALLED") && emit program "$PROGRAM$TAB${digest%% *}"
  [ -r "$FLEET_KEYS" ] || return 0
  while IFS= read -r key || [ -n "$key" ]; do
    [ -z "$key" ] || emit fleet.key "$key"
  done <"$FLEET_KEYS"
}

# is_fleet_key TEXT: `NAME:BASE64` of 32 bytes.
is_fleet_key() {
  case $1 in [!A-Za-z0-9]* | *[!A-Za-z0-9._:+/=-]* | *:*:* | *=?*:*) return 1 ;; esac
  case $1 in ?*:???????????????????????????????????????????=) ;; *) return 1 ;; esac
}

# find_unsafe PATH…: into $unsafe the first that is no plain file or folder, or that somebody beside root may change.
find_unsafe() {
  for unsafe in "$@"; do
    case $(stat -c '%u %A' -- "$unsafe" 2>/dev/null) in '0 d'????'-'??'-'* | '0 -'????'-'??'-'*) ;; *) return 0 ;; esac
  done
  unsafe=
  return 1
}
