# shellcheck shell=dash
# One look at the health checks of a closure. Retries and deadlines are the caller's.

# health SYSTEM
verb_health() {
  local key name kind limit value more state reason
  { [ $# -eq 1 ] && is_store_path "$1"; } || refuse "$EX_USAGE" "health takes a closure"
  manifest_file "$1"
  [ -r "$manifest_file" ] || refuse "$EX_REFUSED" "the closure has no manifest: $1"
  while IFS=$TAB read -r key name kind limit value more <&3; do
    [ "$key" = check ] || continue
    reason=-
    state=healthy
    case $kind in
    unit) check_unit "$value" ;;
    command) check_command "$value" ;;
    http) check_http "$value" "$more" ;;
    tcp) check_tcp "$value" "$more" ;;
    *) state=unknown reason="a check of the kind $kind" ;;
    esac
    emit health "$name$TAB$state$TAB$reason"
  done 3<"$manifest_file"
  finish 0
}

unhealthy() {
  state=unhealthy
  reason=$(printf '%s' "$1" | tr -s '[:cntrl:]' ' ' | head -c 200)
}

check_unit() {
  local active
  active=$(systemctl show --property=ActiveState --value -- "$1")
  [ "$active" = active ] || unhealthy "is $active"
}

# One try of a check may take this long; how often it is tried is the caller's to say.
TRY_SECONDS=5

check_command() {
  local output
  output=$(timeout "$TRY_SECONDS" /bin/sh -c "$1" 2>&1 </dev/null) || unhealthy "exit code $?: $output"
}

# check_http URL STATUS
check_http() {
  local status
  status=$(http_status "$1") || { state=unknown reason="no curl, wget or bash to ask with"; return; }
  [ "$status" = "$2" ] || unhealthy "answered ${status:-nothing}"
}

# http_status URL: the three digits, or nothing when there was no answer. bash can speak plain HTTP; it is on every Debian.
http_status() {
  if command -v curl >/dev/null; then
    curl --silent --output /dev/null --max-time "$TRY_SECONDS" --write-out '%{http_code}' -- "$1" | sed 's/^000$//'
  elif command -v wget >/dev/null; then
    wget --quiet --server-response --output-document=/dev/null --tries=1 --timeout="$TRY_SECONDS" -- "$1" 2>&1 |
      sed -n 's/^ *HTTP\/[0-9.]* \([0-9]*\).*/\1/p' | tail -n 1
  elif command -v bash >/dev/null && [ "${1#http://}" != "$1" ]; then
    # shellcheck disable=SC2016 # a bash program
    timeout "$TRY_SECONDS" bash -c '
      rest=${1#http://}; place=${rest%%/*}; path=/${rest#"$place"}; path=/${path##/}
      host=${place%:*}; port=${place##*:}; [ "$port" != "$place" ] || port=80
      exec 3<>"/dev/tcp/$host/$port" || exit
      printf "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n" "$path" "$place" >&3
      read -r _ status _ <&3 && printf "%s" "$status"' bash "$1" 2>/dev/null || :
  else
    return 1
  fi
}

# check_tcp HOST PORT
check_tcp() {
  command -v bash >/dev/null || { state=unknown reason="no bash to connect with"; return; }
  # shellcheck disable=SC2016 # a bash program
  timeout "$TRY_SECONDS" bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>/dev/null || unhealthy "no connection"
}
