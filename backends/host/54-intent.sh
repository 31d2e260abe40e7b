# shellcheck shell=dash
# Records on disk. An intent, written before the first change, owns already all that the activation may come to own, so
# that a run after a kill knows each file as ours; `owned` follows when all is done.

# write_intent SYSTEM
write_intent() {
  drop_backups stale
  {
    printf 'format\t%s\nrun\t%s\nsystem\t%s\n' "$FORMAT" "$run" "$1"
    own_lines
    awk -F'\t' '
      { key = $1 "\t" $2 }
      FILENAME == ARGV[1] { if ($1 == "own" || $1 == "own-if-there") met[$2 "\t" $3] = 1; next }
      FILENAME == ARGV[2] { if ($1 == "own" || $1 == "own-if-there") met[$2 "\t" $3] = 1; next }
      $1 ~ /^(format|run|system|before|end)$/ { next }
      # What was ours with other content stays recorded as it was, so that edits are told from our own writing.
      $1 ~ /^(group|user|dir|file|unit)$/ && key in met { next }
      { print }' "$work/accounts" "$work/tree" "$work/ours"
    awk -F'\t' '$1 == "put" { print "wrote\t" $2 "\t" $6 }' "$work/tree"
    grep -E '^(changed|gone)-' "$work/tree"
  } >"$work/intent"
  seal "$work/intent" "$STATE_DIR/intent"
}

# own_lines: what we shall own, but with the content that was recorded before.
own_lines() {
  awk -F'\t' '
    FILENAME == ARGV[1] {
      if ($1 == "file") sum[$1 "\t" $2] = $6
      if ($1 == "unit") sum[$1 "\t" $2] = $3
      next
    }
    $1 != "own" && $1 != "own-if-there" { next }
    {
      sub(/^own(-if-there)?\t/, "")
      count = split($0, field, "\t")
      key = field[1] "\t" field[2]
      if (key in sum) field[field[1] == "file" ? 6 : 3] = sum[key]
      text = field[1]
      for (i = 2; i <= count; i++) text = text "\t" field[i]
      print text
    }' "$work/ours" "$work/accounts" "$work/tree"
}

# write_owned SYSTEM: what is ours now that all is done.
write_owned() {
  {
    printf 'format\t%s\nrun\t%s\nsystem\t%s\nbefore\t%s\n' "$FORMAT" "$run" "$1" "$before"
    cat -- "$work/accounts" "$work/tree" | while IFS= read -r line; do
      case $line in
      "own$TAB"*) printf '%s\n' "${line#*"$TAB"}" ;;
      "own-if-there$TAB"*) own_group_if_there "${line#*"$TAB"}" ;;
      esac
    done | with_links
  } >"$work/owned.new"
  seal "$work/owned.new" "$STATE_DIR/owned" || return
  kill_point owned.written
  drop_backups restore
  clear_leftovers
  rm -f -- "$STATE_DIR/intent" && sync "$STATE_DIR"
}

# drop_backups KEY: an original that was put back is kept until the records no longer name it, so that going back to the
# previous closure finds it again.
drop_backups() {
  local key path
  while IFS=$TAB read -r key path _ <&3; do
    [ "$key" = "$1" ] && rm -rf -- "$STATE_DIR/backup$path"
  done 3<"$work/tree"
  return 0
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
