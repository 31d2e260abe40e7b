# shellcheck shell=dash
# What should be, and what is ours: the manifest as data, and the records of earlier activations.

# load_manifest SYSTEM INTO: checked lines of the closure's manifest; "-" stands for the empty manifest.
load_manifest() {
  local system=$1 into=$2 wrong
  if [ "$system" = - ]; then
    printf 'format\t1\nend\t1\n' >"$into"
    return
  fi
  is_store_path "$system" || refused "not a store path: $system" || return
  [ -d "$system" ] || refused "the closure is not on this host: $system" || return
  first_line "$system/nixfleet-closure" || refused "not a NixFleet closure for this distribution: $system" || return
  [ "$line" = "$FORMAT" ] || refused "the closure has format $line, this program knows $FORMAT" || return
  cp -- "$system/manifest" "$into" 2>/dev/null || refused "the closure has no manifest: $system" || return
  wrong=$(awk -F'\t' "$manifest_program" "$into") || refused "the manifest of $system cannot be read: $wrong"
}

# refused TEXT: notes why, and hands the exit code to the caller.
refused() {
  problem "$1"
  return "$EX_REFUSED"
}

# shellcheck disable=SC2016 # an awk program
manifest_program='
  function wrong(text) { if (!bad) print "line " NR ": " text; bad = 1; exit 1 }
  function is_path(text) {
    return text ~ /^\/./ && text !~ /\/$/ && text !~ /\/\// && text !~ /\/\.\.?(\/|$)/
  }
  function is_name(text) { return text ~ /^[a-z_][a-z0-9_-]*$/ && length(text) <= 32 }
  function is_mode(text) { return text ~ /^0[0-7][0-7][0-7]$/ }
  function is_hash(text) { return length(text) == 64 && text ~ /^[0-9a-f]+$/ }
  function is_id(text) { return text == "-" || (text ~ /^[0-9]+$/ && text + 0 < 4294967295) }
  function is_unit(text) { return text ~ /^[A-Za-z0-9:_.\\@-]+\.[a-z]+$/ && length(text) <= 255 }
  function is_source(text) { return is_path(text) && text ~ /^\/nix\/store\/./ }
  function one_of(text, words) { return index(" " words " ", " " text " ") > 0 && text !~ / / }
  function all_units(text,   i, count, unit) {
    if (text == "-") return 1
    count = split(text, unit, ",")
    for (i = 1; i <= count; i++) if (!is_unit(unit[i])) return 0
    return 1
  }
  function all_names(text,   i, count, name) {
    if (text == "-") return 1
    count = split(text, name, ",")
    for (i = 1; i <= count; i++) if (!is_name(name[i])) return 0
    return 1
  }
  # Where a managed path would break the tool itself, or means nothing.
  function is_target(path) {
    return is_path(path) && path !~ /^\/(nix|proc|sys|dev|var\/lib\/nixfleet|run\/nixfleet)(\/|$)/
  }
  function once(key) { if (key in met) wrong("named twice: " key); met[key] = 1 }
  function fields(count) { if (NF != count) wrong($1 " with " NF " fields, not " count) }

  ended { wrong("something follows the end") }
  { for (i = 1; i <= NF; i++) if ($i == "") wrong("an empty field") }
  NR == 1 { if ($1 != "format") wrong("no format"); if ($2 != "1") wrong("format " $2); next }
  $1 == "host" || $1 == "base" { fields(2); next }
  $1 == "group" {
    fields(4); once("group " $2)
    if (!is_name($2) || !is_id($3) || !one_of($4, "system normal")) wrong("group " $2)
    next
  }
  $1 == "user" {
    fields(10); once("user " $2)
    if (!is_name($2) || !is_id($3) || !is_name($4) || !all_names($5) || !is_path($6)) wrong("user " $2)
    if (!one_of($7, "home nohome") || !is_path($8) || !one_of($9, "system normal") || $10 ~ /:/) wrong("user " $2)
    next
  }
  $1 == "dir" {
    fields(5); once($2)
    if (!is_target($2) || !is_mode($3) || !is_name($4) || !is_name($5)) wrong("dir " $2)
    next
  }
  $1 == "file" {
    fields(10); once($2)
    if (!is_target($2) || !is_mode($3) || !is_name($4) || !is_name($5) || !is_hash($6)) wrong("file " $2)
    if (!is_source($7) || !one_of($8, "adopt own") || !all_units($9) || !all_units($10)) wrong("file " $2)
    next
  }
  $1 == "unit" {
    fields(6); once("/etc/systemd/system/" $2)
    if (!is_unit($2) || !is_hash($3) || !is_source($4)) wrong("unit " $2)
    if (!one_of($5, "enabled disabled") || !one_of($6, "restart reload none")) wrong("unit " $2)
    next
  }
  $1 == "secret" {
    fields(10); once($3); once("secret " $2)
    if ($2 !~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/ || length($2) > 64 || !is_mode($4) || !is_name($5) || !is_name($6)) wrong("secret " $2)
    if ($3 != "/run/nixfleet-secrets/" $2 && (!is_target($3) || $3 ~ /^\/run(\/|$)/)) wrong("secret " $2)
    if (!all_units($7) || !all_units($8) || !one_of($9, "users services") || !one_of($10, "root-only none")) wrong("secret " $2)
    next
  }
  $1 == "package" || $1 == "check" || $1 == "task" || $1 == "hook" { next }
  $1 == "end" { fields(2); if ($2 != NR - 1) wrong("it was cut: " NR - 1 " lines, not " $2); ended = 1; next }
  { wrong("unknown kind " $1) }
  END { if (!bad && !ended) { print "it was cut: no end"; exit 1 } }
'

# load_ours: into $work/owned what the last complete activation recorded, into $work/ours also what a later one, that was
# cut short, had begun to own. Sets $previous to the closure to go back to, $before to the one before that, and $unfinished.
load_ours() {
  local key value system=- last=-
  previous=-
  before=-
  unfinished=
  : >"$work/owned"
  if [ -r "$STATE_DIR/owned" ]; then
    record_is_whole "$STATE_DIR/owned" || return
    cp -- "$STATE_DIR/owned" "$work/owned" || return "$EX_STORAGE"
  fi
  while IFS=$TAB read -r key value; do
    case $key in system) previous=$value ;; before) before=$value ;; run) last=$value ;; file | unit) break ;; esac
  done <"$work/owned"
  cp -- "$work/owned" "$work/ours" || return "$EX_STORAGE"
  [ -r "$STATE_DIR/intent" ] || return 0
  record_is_whole "$STATE_DIR/intent" || return
  while IFS=$TAB read -r key value; do
    case $key in system) system=$value ;; run) unfinished=$value ;; file | unit) break ;; esac
  done <"$STATE_DIR/intent"
  # Killed after the very last write: the records are complete and the intent is only a leftover.
  if [ "$unfinished" = "$last" ] && [ "$system" = "$previous" ]; then
    unfinished=
    return 0
  fi
  [ "$unfinished" = "$run" ] || say "  the activation of run $unfinished was cut short; continuing from what it left"
  cp -- "$STATE_DIR/intent" "$work/ours" || return "$EX_STORAGE"
}

# record_is_whole FILE: refuses records that a newer program wrote, or that were cut.
record_is_whole() {
  local wrong
  wrong=$(awk -F'\t' -v known="$FORMAT" '
    NR == 1 && ($1 != "format" || $2 > known) { print "format " $2 ", this program knows " known; bad = 1; exit 1 }
    $1 == "end" { ended = ($2 == NR - 1) }
    END { if (!bad && !ended) { print "it was cut"; exit 1 } }' "$1") || refused "$1 cannot be used: $wrong"
}
