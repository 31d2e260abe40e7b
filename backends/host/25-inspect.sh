# shellcheck shell=dash
# Looks at paths that the caller names in its payload: what stands there, and the content of files that may be shown.

verb_inspect() {
  local request limit path
  [ $# -eq 0 ] || refuse "$EX_USAGE" "inspect takes its paths from the payload"
  scratch=$(mktemp -d) || refuse "$EX_STORAGE" "cannot make a temporary folder"
  trap 'rm -rf -- "$scratch"' EXIT
  tail -c "+$((${NIXFLEET_PROGRAM_BYTES:-0} + 1))" -- "$0" >"$scratch/requests"
  while IFS= read -r request || [ -n "$request" ]; do
    case $request in
    'stat /'*) inspect_path "${request#stat }" ;;
    'read '[0-9]*' /'*)
      request=${request#read }
      limit=${request%% *}
      path=${request#* }
      is_number "$limit" || refuse "$EX_USAGE" "inspect: not a number of bytes: $limit"
      inspect_path "$path"
      inspect_content "$path" "$limit"
      ;;
    *) refuse "$EX_USAGE" "inspect: cannot read the request: $request" ;;
    esac
  done <"$scratch/requests"
  finish 0
}

# inspect_path PATH: emits its record; into $path_mode the mode when it is a regular file.
inspect_path() {
  local seen kind rest hash=-
  path_mode=
  is_field "$1" || refuse "$EX_USAGE" "inspect: a path with a tab"
  if ! seen=$(stat -c '%a %U %G %F' -- "$1" 2>/dev/null); then
    emit stat "$1${TAB}missing${TAB}-${TAB}-${TAB}-${TAB}-"
    return 0
  fi
  # shellcheck disable=SC2086 # three words and a kind
  set -- "$1" $seen
  rest="$2 $3 $4 "
  case ${seen#"$rest"} in
  'regular file' | 'regular empty file')
    kind="file"
    path_mode=$2
    hash=$(as_reader "$1" sha256sum -- "$1" 2>/dev/null) || hash=-
    hash=${hash#\\}
    hash=${hash%% *}
    ;;
  directory) kind=directory ;;
  'symbolic link') kind=symlink ;;
  *) kind=other ;;
  esac
  while [ "${#2}" -lt 4 ]; do set -- "$1" "0$2" "$3" "$4"; done
  emit stat "$1$TAB$kind$TAB$2$TAB$3$TAB$4$TAB$hash"
}

# inspect_content PATH LIMIT: only what anybody may read, or what is ours.
inspect_content() {
  [ -n "$path_mode" ] || return 0
  may_be_shown "$1" || return 0
  # A copy first: the file may change between counting and sending.
  as_reader "$1" head -c "$(($2 + 1))" -- "$1" >"$scratch/content" 2>/dev/null || return 0
  local bytes
  bytes=$(stat -c %s -- "$scratch/content")
  [ "$bytes" -le "$2" ] || return 0
  flush
  printf 'NF1 content %s\n%s\n' "$((${#1} + 1 + bytes))" "$1"
  cat -- "$scratch/content"
  printf '\n'
}

# may_be_shown PATH: a regular file that is public, or ours.
may_be_shown() {
  case $path_mode in *[4567]) ;; *) is_owned "$1" ;; esac
}

# as_reader PATH WORD…: reads with the rights of whoever asks, on a restricted host: between a look and the reading a link may
# have taken a file's place, a public file may lie in a folder that is not, and of a short secret the hash is as good as the
# content. What is ours root reads, where nobody else can put anything in its way.
as_reader() {
  local path=$1
  shift
  if [ -z "${NIXFLEET_RESTRICTED:-}" ] || { is_owned "$path" && is_roots_alone "$path"; }; then
    "$@"
  else
    setpriv --reuid="${SUDO_USER:-root}" --regid="$(id -g -- "${SUDO_USER:-root}")" --init-groups --inh-caps=-all -- "$@"
  fi
}

# is_roots_alone PATH: with every folder above it.
is_roots_alone() {
  local path=$1
  while [ -n "$path" ]; do
    ! find_unsafe "$path" || return
    path=${path%/*}
  done
}

# is_owned PATH. By the environment, since awk reads escapes in the values it is given otherwise.
is_owned() {
  [ -r "$STATE_DIR/owned" ] &&
    wanted="$1" awk -F'\t' '$1 == "file" && $2 == ENVIRON["wanted"] { found = 1 } END { exit !found }' "$STATE_DIR/owned"
}
