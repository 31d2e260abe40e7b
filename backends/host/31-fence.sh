# shellcheck shell=dash
# Fences: who owns a group has an epoch above all owners before, and this host remembers the highest that it has seen. So a run that lost
# its lease without knowing is refused here, whatever it believes.

# A line each: SCOPE:GROUP, epoch, run. The scope names the store that counts; the latest hundred are kept.
FENCES=$STATE_DIR/fences

# are_fences TEXT: SCOPE:GROUP=EPOCH, separated by commas, or -.
are_fences() {
  local rest=$1 one
  [ "$1" = - ] && return 0
  [ "${#1}" -le 8192 ] || return 1
  while :; do
    one=${rest%%,*}
    case $one in
    *[!A-Za-z0-9_.:=-]* | *:*:* | *=*=*) return 1 ;;
    ?*:?*=?*) is_number "${one#*=}" || return 1 ;;
    *) return 1 ;;
    esac
    [ "$one" = "$rest" ] && return 0
    rest=${rest#*,}
  done
}

# judge_fences FENCES: into $fenced_off why they are too old, and into $superseded the runs that they are above of, a line each.
judge_fences() {
  local kind word
  fenced_off=
  superseded=
  [ "$1" = - ] || [ ! -r "$FENCES" ] && return 0
  while IFS=$TAB read -r kind word; do
    case $kind in
    below) fenced_off=$word ;;
    above) superseded=$superseded$word$NL ;;
    esac
  done <<EOF
$(fences_compared "$1")
EOF
}

fences_compared() {
  given=$1 awk -F'\t' '
    BEGIN {
      count = split(ENVIRON["given"], parts, ",")
      for (i = 1; i <= count; i++) { at = index(parts[i], "="); mine[substr(parts[i], 1, at - 1)] = substr(parts[i], at + 1) + 0 }
    }
    !($1 in mine) { next }
    $2 + 0 > mine[$1] { group = $1; sub(/^[^:]*:/, "", group); print "below\tgroup " group " went to run " $3 }
    $2 + 0 < mine[$1] { print "above\t" $3 }
  ' "$FENCES"
}

# is_superseded RUN: its lease of a group is ours by now.
is_superseded() {
  case $NL$superseded in *"$NL$1$NL"*) ;; *) return 1 ;; esac
}

# note_fences RUN FENCES: on disk before anything is done under them.
note_fences() {
  printf '%s\n' "$2" >"$RUN_DIR/lock.fences" || refuse "$EX_STORAGE" "cannot write in $RUN_DIR"
  [ "$2" = - ] && return 0
  make_state_folder
  { fences_with "$1" "$2" | tail -n 100 >"$FENCES.new" && sync "$FENCES.new" && mv -f -- "$FENCES.new" "$FENCES"; } ||
    refuse "$EX_STORAGE" "cannot write $FENCES"
}

# fences_with RUN FENCES: the file with these at its end.
fences_with() {
  [ -r "$FENCES" ] || : >"$FENCES"
  run_of_fences=$1 given=$2 awk -F'\t' '
    BEGIN {
      count = split(ENVIRON["given"], parts, ",")
      for (i = 1; i <= count; i++) { at = index(parts[i], "="); name[i] = substr(parts[i], 1, at - 1); mine[name[i]] = substr(parts[i], at + 1) }
    }
    !($1 in mine) { print }
    END { for (i = 1; i <= count; i++) print name[i] "\t" mine[name[i]] "\t" ENVIRON["run_of_fences"] }
  ' "$FENCES"
}
