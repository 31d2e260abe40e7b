# shellcheck shell=dash
# Small readers and checks that cost no process.

# first_line FILE: into $line, empty when there is none.
first_line() {
  line=
  [ -r "$1" ] || return 1
  IFS= read -r line <"$1" || [ -n "$line" ]
}

# whole_text FILE: into $text, without the last newline. For small files only.
whole_text() {
  local part
  text=
  [ -r "$1" ] || return 1
  while IFS= read -r part || [ -n "$part" ]; do
    text=$text$part$NL
  done <"$1"
  text=${text%"$NL"}
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "${#1}" -le 12 ]
}

# A run id becomes a folder and a unit name.
is_run_id() {
  case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) return 1 ;; esac
  [ "${#1}" -le 64 ]
}

is_store_path() {
  case $1 in
  /nix/store/*/* | *[!A-Za-z0-9+._?=/-]*) return 1 ;;
  /nix/store/????????????????????????????????-?*) [ "${#1}" -le 255 ] ;;
  *) return 1 ;;
  esac
}

# Text that goes into a record's or a file's field: one line, no tabs.
is_field() {
  case $1 in '' | *"$TAB"* | *"$NL"*) return 1 ;; esac
  [ "${#1}" -le 1024 ]
}

# link_target LINK: into $target_of_link, empty when it is no link.
link_target() {
  target_of_link=
  [ -L "$1" ] && target_of_link=$(readlink -- "$1")
}
