# shellcheck shell=dash
# The verb `secret`: takes contents for the activation that follows, says what is there, puts it back after a reboot.

verb_secret() {
  local action=${1:-}
  # No core file may hold what passes through here.
  ulimit -c 0 2>/dev/null
  [ $# -gt 0 ] && shift
  case $action:$# in
  stage:1) secret_stage "$1" ;;
  state:1) secret_state "$1" ;;
  restore:0) secret_restore ;;
  *) refuse "$EX_USAGE" "secret: unknown action or arguments" ;;
  esac
}

# secret_stage RUN: payload `NFS1 COUNT`, a line `NAME<tab>BYTES` each, then the contents without anything between them.
# In place of BYTES stands `=DIGEST` for a content that is here already.
secret_stage() {
  local staged name bytes count number=0 offset=0 total
  is_run_id "$1" || refuse "$EX_USAGE" "secret stage: not a run: $1"
  run=$1
  now=$(date +%s)
  require_lock "$run"
  { make_secret_disk && make_secret_memory; } || finish "$?"
  staged=$SECRET_MEMORY/.staged-$run
  # Whoever holds the lock is the only one: what others staged was never used.
  rm -rf -- "$SECRET_MEMORY"/.staged-*
  mkdir -m 0700 -- "$staged" "$staged/values" || refuse "$EX_STORAGE" "cannot write in $SECRET_MEMORY"
  tail -c "+$((${NIXFLEET_PROGRAM_BYTES:-0} + 1))" -- "$0" >"$staged/payload" || refuse "$EX_STORAGE" "no room for secrets in $SECRET_MEMORY"
  {
    IFS=' ' read -r name count || name=
    { [ "$name" = NFS1 ] && is_number "$count"; } || refuse "$EX_USAGE" "secret stage: the payload has no head"
    offset=$((5 + ${#count} + 1))
    while [ "$number" -lt "$count" ] && IFS=$TAB read -r name bytes; do
      { is_secret_name "$name" && { is_number "$bytes" || is_known "$bytes"; }; } || refuse "$EX_USAGE" "secret stage: cannot read the line of secret $number"
      printf '%s\t%s\n' "$name" "$bytes"
      offset=$((offset + ${#name} + ${#bytes} + 2))
      number=$((number + 1))
    done >"$staged/list"
  } <"$staged/payload"
  total=$(awk -F'\t' -v head="$offset" '$2 !~ /^=/ { head += $2 } END { printf "%d", head }' "$staged/list")
  { [ "$number" = "$count" ] && [ "$total" = "$(stat -c %s -- "$staged/payload")" ]; } ||
    refuse "$EX_REFUSED" "the secrets did not arrive whole: $total bytes announced"
  while IFS=$TAB read -r name bytes <&3; do
    if is_known "$bytes"; then
      find_value "${bytes#=}" || refuse "$EX_MOVED" "the secret $name is no longer on this host as it was planned"
      printf 'secret\t%s\t%s\n' "$name" "${bytes#=}" >>"$staged/set.new"
      emit secret "$name$TAB${bytes#=}"
      continue
    fi
    {
      tail -c "+$((offset + 1))" -- "$staged/payload" | head -c "$bytes" >"$staged/value" && secret_digest "$staged/value" &&
        mv -f -- "$staged/value" "$staged/values/$digest" && printf 'secret\t%s\t%s\n' "$name" "$digest" >>"$staged/set.new"
    } || refuse "$EX_STORAGE" "no room for secrets in $SECRET_MEMORY"
    emit secret "$name$TAB$digest"
    offset=$((offset + bytes))
  done 3<"$staged/list"
  rm -f -- "$staged/payload"
  : >>"$staged/set.new"
  mv -- "$staged/set.new" "$staged/set"
  finish 0
}

# is_known TEXT: `=` and a digest.
is_known() {
  case $1 in =*[!0-9a-f]*) return 1 ;; =*) [ "${#1}" = 65 ] ;; *) return 1 ;; esac
}

is_secret_name() {
  case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) return 1 ;; esac
  [ "${#1}" -le 64 ]
}

# secret_state SYSTEM: the key and what is live; for SYSTEM (or -) what of its last set is still here.
secret_state() {
  local key name digest value text
  first_line "$SECRET_DISK/key" && emit secret.key "$line"
  text=$(live_secrets)
  [ -z "$text" ] || emit secret.live "$text"
  [ "$1" != - ] || finish 0
  is_store_path "$1" || refuse "$EX_USAGE" "secret state: not a store path: $1"
  secret_set_of "$1"
  [ -r "$set_file" ] || finish 0
  text=
  while IFS=$TAB read -r key name digest; do
    [ "$key" = secret ] || continue
    if find_value "$digest"; then value=kept; else value=lost; fi
    text="$text$name$TAB$digest$TAB$value$NL"
  done <"$set_file"
  emit secret.kept "${text%"$NL"}"
  finish 0
}

# secret_restore: after a reboot, before services start. What is kept in memory only is gone then, and said to be.
secret_restore() {
  local system
  by_hand=1
  [ ! -e "$SECRETS" ] || exit 0
  system=$(readlink -f -- "$PROFILE") || exit 0
  secret_set_of "$system"
  [ -r "$set_file" ] && [ -r "$system/manifest" ] || exit 0
  make_run_folder
  make_secret_memory || exit
  work=$RUN_DIR/restore
  rm -rf -- "$work"
  mkdir -m 0700 -- "$work" || exit "$EX_STORAGE"
  cp -- "$system/manifest" "$work/manifest" && cp -- "$set_file" "$work/secret-set" && : >"$work/live-secrets" && : >"$work/ours" || exit "$EX_STORAGE"
  { compare_secrets && place_secrets all; } || say "not every secret is back"
  rm -rf -- "$work"
  exit 0
}
