# shellcheck shell=dash
# One look at health checks: those of a closure, and those that the caller has besides. Retries and deadlines are the caller's.

# health SYSTEM [NAME...]: SYSTEM is `-` for none; names are all that is asked. The payload has more checks, as lines of a manifest, which
# win over those of the closure with the same name.
verb_health() {
  local system=${1:--}
  [ $# -gt 0 ] && shift
  wanted=" $* "
  own_checks=" "
  manifest_file=/dev/null
  if [ "$system" != - ]; then
    is_store_path "$system" || refuse "$EX_USAGE" "health takes a closure, or -"
    manifest_file "$system"
    [ -r "$manifest_file" ] || refuse "$EX_REFUSED" "the closure has no manifest: $system"
  fi
  scratch=$(mktemp -d) || refuse "$EX_STORAGE" "cannot make a temporary folder"
  trap 'rm -rf -- "$scratch"' EXIT
  # A restricted host asks what its signed closure says, and nothing else.
  if [ -z "${NIXFLEET_RESTRICTED:-}" ]; then
    tail -c "+$((${NIXFLEET_PROGRAM_BYTES:-0} + 1))" -- "$0" >"$scratch/checks"
    ask_checks "$scratch/checks" own
  fi
  ask_checks "$manifest_file" closure
  finish 0
}

# ask_checks FILE WHOSE
ask_checks() {
  local key name kind limit value more state reason
  while IFS=$TAB read -r key name kind limit value more <&3; do
    [ "$key" = check ] || continue
    if [ "$2" = own ]; then
      own_checks="$own_checks$name "
    else
      case $own_checks in *" $name "*) continue ;; esac
    fi
    case $wanted in '  ' | *" $name "*) ask_check ;; esac
  done 3<"$1"
}

# ask_check: with what ask_checks has read.
ask_check() {
  is_number "$limit" && [ "$limit" -gt 0 ] || limit=5
  reason=-
  state=healthy
  case $kind in
  unit) check_unit "$value" ;;
  command) check_command "$value" ;;
  http) check_http "$value" "$more" ;;
  tcp) check_tcp "$value" "$more" ;;
  # Not ours to ask: the caller does, from where it is.
  deployer)
    emit health.deployer "$name$TAB$limit$TAB$value$TAB$more"
    return
    ;;
  *) state=unknown reason="a check of the kind $kind" ;;
  esac
  emit health "$name$TAB$state$TAB$reason"
}

unhealthy() {
  state=unhealthy
  reason=$(printf '%s' "$1" | tr -s '[:cntrl:]' ' ' | head -c 200)
}

check_unit() {
  local active
  active=$(systemctl show --property=ActiveState --value -- "$1")
  case $active in active | reloading) ;; *) unhealthy "is ${active:-unknown}" ;; esac
}

check_command() {
  local output code=0
  output=$(timeout -k 1 "$limit" /bin/sh -c "$1" 2>&1 </dev/null) || code=$?
  case $code in
  0) ;;
  124 | 137) unhealthy "did not end within $limit s: $output" ;;
  *) unhealthy "exit code $code: $output" ;;
  esac
}

# check_http URL STATUS
check_http() {
  local status
  status=$(http_status "$1") || { state=unknown reason="no program to ask with: curl, wget or, without TLS, bash"; return; }
  [ "$status" = "$2" ] || unhealthy "answered ${status:-nothing}"
}

# http_status URL: the three digits, or nothing when there was no answer. bash can speak plain HTTP; it is on every Debian.
http_status() {
  if command -v curl >/dev/null; then
    curl --silent --output /dev/null --max-time "$limit" --write-out '%{http_code}' -- "$1" | sed 's/^000$//'
  elif command -v wget >/dev/null; then
    wget --quiet --server-response --output-document=/dev/null --tries=1 --max-redirect=0 --timeout="$limit" -- "$1" 2>&1 |
      sed -n 's/^ *HTTP\/[0-9.]* \([0-9]*\).*/\1/p' | tail -n 1
  elif command -v bash >/dev/null && [ "${1#http://}" != "$1" ]; then
    # shellcheck disable=SC2016 # a bash program
    timeout "$limit" bash -c '
      rest=${1#http://}; place=${rest%%/*}; path=/${rest#"$place"}; path=/${path##/}
      host=$place port=80; [[ $place =~ ^(.*):([0-9]+)$ ]] && host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
      host=${host#\[}; host=${host%\]}
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
  timeout "$limit" bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>/dev/null || unhealthy "no connection"
}
