# shellcheck shell=dash
# Records on disk. An intent, written before the first change, owns already all that the activation may come to own, so
# that a run after a kill knows each file as ours; `owned` follows when all is done.

# write_intent SYSTEM
write_intent() {
  drop_backups
  {
    printf 'format\t%s\nrun\t%s\nsystem\t%s\n' "$FORMAT" "$run" "$1"
    awk -F'\t' "$intent_program" what=ours "$work/ours" what=new "$work/accounts" "$work/tree" "$work/secrets"
  } >"$work/intent"
  seal "$work/intent" "$STATE_DIR/intent"
}

# What we shall own, but as it was recorded before: edits must be told from our own writing, and a unit that may already
# have been enabled or not yet is "mixed". Then what was ours and is to go, and what is written and changes.
# shellcheck disable=SC2016 # an awk program
intent_program='
  what == "ours" && $1 == "file" { sum[$1 "\t" $2] = $6 }
  what == "ours" && $1 == "unit" { sum[$1 "\t" $2] = $3; enabled[$2] = $4 }
  what == "ours" { if ($1 !~ /^(format|run|system|before|end)$/) ours[++count] = $0; next }
  $1 == "own" || $1 == "own-now" {
    sub(/^own(-now)?\t/, "")
    fields = split($0, field, "\t")
    key = field[1] "\t" field[2]
    met[key] = 1
    if (key in sum) field[field[1] == "file" ? 6 : 3] = sum[key]
    if (field[1] == "unit" && field[2] in enabled && enabled[field[2]] != field[4]) field[4] = "mixed"
    text = field[1]
    for (i = 2; i <= fields; i++) text = text "\t" field[i]
    print text
  }
  $1 == "put" { rest = rest "wrote\t" $2 "\t" $6 "\n" }
  $1 ~ /^(changed|gone)-/ { rest = rest $0 "\n" }
  END {
    for (i = 1; i <= count; i++) {
      split(ours[i], field, "\t")
      if (!((field[1] "\t" field[2]) in met)) print ours[i]
    }
    printf "%s", rest
  }
'

# write_owned SYSTEM: what is ours now that all is done.
write_owned() {
  {
    printf 'format\t%s\nrun\t%s\nsystem\t%s\nbefore\t%s\n' "$FORMAT" "$run" "$1" "$before"
    cat -- "$work/accounts" "$work/tree" "$work/secrets" | while IFS= read -r line; do
      case $line in
      "own-later${TAB}group$TAB"*) own_group_if_there "${line#*"$TAB"}" ;;
      "own$TAB"* | "own-later$TAB"*) printf '%s\n' "${line#*"$TAB"}" ;;
      esac
    done | with_links
  } >"$work/owned.new"
  seal "$work/owned.new" "$STATE_DIR/owned" || return
  kill_point owned.written
  prune_backups
  clear_leftovers
  forget_secrets
  rm -f -- "$STATE_DIR/intent" && sync "$STATE_DIR"
}

# drop_backups: of paths that are new to us. One that lies there is left from an earlier time.
drop_backups() {
  local key path
  while IFS=$TAB read -r key path _ <&3; do
    [ "$key" = stale ] && rm -rf -- "$STATE_DIR/backup$path"
  done 3<"$work/tree"
  return 0
}

# prune_backups: an original that was put back is kept until the records no longer name it, so that going back to the
# previous closure finds it again.
prune_backups() {
  local path
  find "$STATE_DIR/backup" ! -type d -printf '/%P\n' | awk -F'\t' -v unit_dir="$UNIT_DIR" '
    what == "owned" && $1 == "file" && $7 == "adopted" { kept[$2] = 1 }
    what == "owned" && $1 == "unit" && $6 == "adopted" { kept[unit_dir "/" $2] = 1 }
    what == "there" && !($0 in kept)' what=owned "$STATE_DIR/owned" what=there - >"$work/pruned"
  while IFS= read -r path <&3; do
    rm -f -- "$STATE_DIR/backup$path"
  done 3<"$work/pruned"
  find "$STATE_DIR/backup" -mindepth 1 -depth -type d -empty -exec rmdir -- {} +
}

own_group_if_there() {
  local name=${1#*"$TAB"}
  name=${name%%"$TAB"*}
  getent group "$name" >/dev/null && printf '%s\n' "$1"
}

# with_links: says of each unit whether something pulls it in now, so that a missing link is seen as drift later.
with_links() {
  find_linked_units "$(awk -F'\t' '$1 == "unit" { print $2 }' "$work/manifest")"
  awk -F'\t' -v OFS='\t' -v linked="$linked" '
    $1 == "unit" { $7 = index(linked, " " $2 " ") ? "linked" : "unlinked" } { print }'
}

# seal FILE TARGET: adds the end line and puts FILE in TARGET's place, on disk before it returns.
seal() {
  if printf 'end\t%s\n' "$(wc -l <"$1")" >>"$1" && cp -- "$1" "$2.new" && sync "$2.new" &&
    mv -f -- "$2.new" "$2" && sync "${2%/*}"; then
    return 0
  fi
  problem "cannot write $2"
  return "$EX_STORAGE"
}
