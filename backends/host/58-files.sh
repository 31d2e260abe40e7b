# shellcheck shell=dash
# Directories and files. New content is staged in a folder of ours beside its target, so that one rename puts it in
# place, and all work is done from inside that folder: whoever may write to its parent cannot turn our steps elsewhere.

step_directories() {
  local key path mode owner group
  while IFS=$TAB read -r key path mode owner group <&3; do
    case $key in
    mkdir)
      say "  make directory $path"
      [ -d "$path" ] || mkdir -m 0700 -- "$path" || return
      set_directory "$path" "$mode" "$owner" "$group" || return
      ;;
    chdir) say "  set $path to $mode $owner $group" && set_directory "$path" "$mode" "$owner" "$group" || return ;;
    esac
  done 3<"$work/tree"
}

set_directory() (
  [ ! -L "$1" ] && cd -P -- "$1" && chown -- "$3:$4" . && chmod -- "$2" .
)

step_files() {
  stage_all && verify_staged || return
  keep_originals || return
  kill_point files.staged
  place file && remove_files file
}

# stage_all: files and units alike, so that a full disk shows before the first of them is in place.
stage_all() {
  local key path mode owner group sum source
  : >"$work/staged"
  while IFS=$TAB read -r key path mode owner group sum source _ <&3; do
    [ "$key" = put ] || continue
    stage_one "$path" "$mode" "$owner" "$group" "$source" || { problem "cannot write beside $path"; return "$EX_STORAGE"; }
    printf '%s  %s/%s/%s\n' "$sum" "${path%/*}" "$STAGED" "${path##*/}" >>"$work/staged"
  done 3<"$work/tree"
}

stage_one() (
  enter_staging "${1%/*}" && rm -f -- "${1##*/}" && install -T -m "$2" -o "$3" -g "$4" -- "$5" "${1##*/}"
)

# enter_staging PARENT: into our folder there; one that somebody else put there is not ours.
enter_staging() {
  cd -P -- "${1:-/}" || return
  if [ ! -d "$STAGED" ] || [ -L "$STAGED" ]; then mkdir -m 0700 -- "$STAGED" || return; fi
  cd -P -- "$STAGED" && [ -O . ] && chmod 0700 .
}

# verify_staged: what the store gave is what the manifest names; then all of it is on disk before the first rename.
verify_staged() {
  [ -s "$work/staged" ] || return 0
  sha256sum --check --quiet --strict -- "$work/staged" >&2 || { problem "the store holds other content than the manifest names"; return "$EX_REFUSED"; }
  cut -c 67- -- "$work/staged" | xargs -d '\n' sync --
}

# Originals of adopted files, and what somebody made of ours; never overwritten by a later run.
keep_originals() {
  local key path
  while IFS=$TAB read -r key path <&3; do
    case $key in
    backup) keep_copy "$path" "$STATE_DIR/backup" || return ;;
    aside)
      # What is there may be the original that a cut run had only backed up.
      [ -e "$STATE_DIR/backup$path" ] && cmp -s -- "$STATE_DIR/backup$path" "$path" && continue
      say "  $path was edited; the edited copy is kept in $edited"
      keep_copy "$path" "$edited" || return
      printf '%s\n' "$path" >>"$run_folder/edited"
      ;;
    esac
  done 3<"$work/tree"
}

# keep_copy PATH FOLDER: a copy with mode, owner and times below FOLDER, whole or not at all.
keep_copy() {
  local copy=$2$1
  if [ -e "$copy" ] || [ -L "$copy" ]; then return 0; fi
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
  if mkdir -p -- "${copy%/*}" && cp -a -- "$1" "$copy.new" && mv -T -- "$copy.new" "$copy" && sync "${copy%/*}"; then
    return 0
  fi
  problem "cannot keep a copy of $1 in $2"
  return "$EX_STORAGE"
}

# place file|unit: renames what is staged into its place.
place() {
  local key path kind
  while IFS=$TAB read -r key path _ _ _ _ _ kind <&3; do
    [ "$key:$kind" = "put:$1" ] || continue
    say "  write $path"
    place_one "$path" || { problem "cannot put $path in its place"; return "$EX_FAILED"; }
    kill_point "${1}s.middle"
  done 3<"$work/tree"
  clear_staging
}

place_one() (
  cd -P -- "${1%/*}/$STAGED" && [ -O . ] && mv -f -T -- "${1##*/}" "../${1##*/}"
)

# clear_staging: folders that hold nothing more; those of units are needed until units are placed.
clear_staging() {
  local parent
  awk -F'\t' '$1 ~ /^(put|delete|restore)$/ { path = $2; sub(/[^\/]*$/, "", path); print path }' "$work/tree" | sort -u >"$work/parents"
  while IFS= read -r parent <&3; do
    [ -d "$parent$STAGED" ] && [ ! -L "$parent$STAGED" ] && rmdir -- "$parent$STAGED" 2>/dev/null
    [ -d "$parent" ] && sync "$parent"
  done 3<"$work/parents"
  return 0
}

# remove_files file|unit: deletes what is no longer listed, or puts back what was there before us.
remove_files() {
  local key path kind
  while IFS=$TAB read -r key path kind <&3; do
    [ "$kind" = "$1" ] || continue
    case $key in
    delete) drop_staged "$path" && say "  remove $path" && rm -f -- "$path" || return ;;
    restore) drop_staged "$path" && restore_one "$path" || return ;;
    esac
  done 3<"$work/tree"
}

# A run that was cut may have left a staged file that is no longer wanted.
drop_staged() {
  [ -d "${1%/*}/$STAGED" ] && [ ! -L "${1%/*}/$STAGED" ] || return 0
  rm -f -- "${1%/*}/$STAGED/${1##*/}"
  rmdir -- "${1%/*}/$STAGED" 2>/dev/null
  return 0
}

# Without a backup the original is back already: a cut run had come that far.
restore_one() {
  local backup=$STATE_DIR/backup$1
  [ -e "$backup" ] || [ -L "$backup" ] || return 0
  say "  restore $1"
  (enter_staging "${1%/*}" && rm -rf -- "${1##*/}" && cp -a -- "$backup" "${1##*/}" && mv -f -T -- "${1##*/}" "../${1##*/}") ||
    { problem "cannot restore $1 from $backup"; return "$EX_STORAGE"; }
  sync "${1%/*}"
  rmdir -- "${1%/*}/$STAGED" 2>/dev/null
  return 0
}

# clear_leftovers: staging folders that a cut run left where this one had nothing to write.
clear_leftovers() {
  local folder
  while IFS= read -r folder <&3; do
    [ -d "$folder/$STAGED" ] && [ ! -L "$folder/$STAGED" ] && [ -O "$folder/$STAGED" ] && rm -rf -- "${folder:?}/$STAGED"
  done 3<"$work/paths"
  return 0
}
