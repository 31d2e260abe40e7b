# shellcheck shell=dash
# Deploy records: which closure for which host, until when, and in what order, signed with one of the fleet's keys. A
# signature of Nix says neither for whom a path is nor how old it may be.

RECORD_MAX_BYTES=65536
# Of a program that comes behind a record.
PROGRAM_MAX_BYTES=1048576

# read_record WHAT: of the payload, into $record_* and $record_keys. Refuses what is not signed, not for this host, or out
# of its time.
read_record() {
  local key value more
  require_trust_files
  [ "$(stat -c %s -- "$gate/payload")" -le "$((RECORD_MAX_BYTES + PROGRAM_MAX_BYTES))" ] || gate_refuse "the deploy record is too large"
  sed '/^-----BEGIN SSH SIGNATURE-----$/,$d' "$gate/payload" >"$gate/record"
  sed -n -e '/^-----BEGIN SSH SIGNATURE-----$/,$p' -e '/^-----END SSH SIGNATURE-----$/q' "$gate/payload" >"$gate/record.sig"
  [ "$(cat -- "$gate/record" "$gate/record.sig" | wc -c)" -le "$RECORD_MAX_BYTES" ] || gate_refuse "the deploy record is too large"
  [ -s "$gate/record.sig" ] || gate_refuse "no deploy record came along: what this host does is signed by its fleet"
  find_signer || gate_refuse "the deploy record is signed by none of the fleet's keys"
  record_format='' record_what='' record_host='' record_serial='' record_override='' record_until=''
  record_system='' record_description='' record_mode='' record_keys='' record_program='' record_bytes=0
  while IFS=$TAB read -r key value more; do
    { [ -z "$more" ] && is_field "$value"; } || gate_refuse "the deploy record has a line that cannot be read"
    case $key in
    format) record_format=$value ;;
    what) record_what=$value ;;
    host) record_host=$value ;;
    serial) record_serial=$value ;;
    override) record_override=$value ;;
    not-after) record_until=$value ;;
    system) record_system=$value ;;
    description) record_description=$value ;;
    mode) record_mode=$value ;;
    key) record_keys="$record_keys$value$NL" ;;
    program) record_program=$value ;;
    bytes) record_bytes=$value ;;
    *) gate_refuse "the deploy record has a line of a kind that this host does not know: $key" ;;
    esac
  done <"$gate/record"
  judge_record "$1"
}

# judge_record WHAT
judge_record() {
  local now
  [ "$record_format" = 1 ] || gate_refuse "the deploy record has another format than 1"
  [ "$record_what" = "$1" ] || gate_refuse "the deploy record is for $record_what"
  first_line "$FLEET_HOST"
  [ "$record_host" = "$line" ] || gate_refuse "the deploy record is for the host $record_host, this is $line"
  { is_number "$record_serial" && is_number "$record_until"; } || gate_refuse "the deploy record has no serial or no end"
  is_number "$record_bytes" || gate_refuse "the deploy record does not say what comes behind it"
  [ "$(stat -c %s -- "$gate/payload")" = "$(($(cat -- "$gate/record" "$gate/record.sig" | wc -c) + record_bytes))" ] ||
    gate_refuse "what comes behind the deploy record is not the $record_bytes bytes that it names"
  now=$(date +%s)
  [ "$record_until" -gt "$now" ] || gate_refuse "the deploy record expired: it was good until $record_until, and it is $now here"
}

# take_serial: the record counts from now on, and never again. Two at once are taken one after the other: what a record is for is
# done while the lock of serials is held, or asks once more whether its serial is the last.
take_serial() {
  local last=0
  exec 5>>"$SERIAL.lock"
  flock -w 30 5 || gate_refuse "another deploy record is being taken"
  if [ -e "$SERIAL" ]; then
    { first_line "$SERIAL" && is_number "$line"; } || gate_refuse "$SERIAL is damaged: nothing says which records are old"
    last=$line
  fi
  if [ "$record_serial" -le "$last" ] && [ "$record_override" != "$last" ]; then
    emit serial "$last"
    gate_refuse "the deploy record is old: its serial is $record_serial, this host has taken $last"
  fi
  { printf '%s\n' "$record_serial" >"$SERIAL.new" && sync "$SERIAL.new" && mv -f -- "$SERIAL.new" "$SERIAL" && sync "$STATE_DIR"; } ||
    refuse "$EX_STORAGE" "cannot write $SERIAL"
  gate_serial=$record_serial
}

# leave_serials: what follows asks again, since it takes its time.
leave_serials() {
  exec 5>&-
}

# find_signer: into $signer the key of the fleet that signed the record.
find_signer() {
  while IFS= read -r signer || [ -n "$signer" ]; do
    is_fleet_key "$signer" || continue
    printf 'fleet namespaces="nixfleet-deploy" ssh-ed25519 %s\n' "$(ssh_key_of "$signer")" >"$gate/signers"
    ssh-keygen -Y verify -f "$gate/signers" -I fleet -n nixfleet-deploy -s "$gate/record.sig" <"$gate/record" >/dev/null 2>&1 &&
      return 0
  done <"$FLEET_KEYS"
  signer=
  return 1
}

# ssh_key_of KEY: as OpenSSH writes the same public key: length and name of its kind, then length and bytes.
ssh_key_of() {
  { printf '\0\0\0\013ssh-ed25519\0\0\0\040' && printf '%s' "${1#*:}" | base64 -d; } | base64 -w 0
}

# require_trust_files: nobody but root has a say in them.
require_trust_files() {
  ! find_unsafe / /etc "$TRUST_DIR" "$FLEET_KEYS" "$FLEET_HOST" || gate_refuse "$unsafe is missing, or not root's alone"
  command -v ssh-keygen >/dev/null || gate_refuse "ssh-keygen is not on this host: nothing can be verified"
}
