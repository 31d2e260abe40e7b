# shellcheck shell=dash
# NixOS: making a system live, or finding out that only a boot can do that.

# nixos_test SYSTEM: 0 when it is live; "$SWITCH_NEEDS_BOOT" with the reason in $why_boot when nothing was touched and
# only a boot can make it live; "$EX_LOCKED" and "$EX_CONFLICT" when nothing was touched; else "$EX_FAILED".
nixos_test() {
  local code
  nixos_switch "$1" test
  code=$?
  case $code in
  0 | 4) judge_units "$code" ;;
  1) judge_refusal ;;
  2) problem "the activation script failed (exit code 2)" && return "$EX_FAILED" ;;
  3) problem "systemd did not take up the new units (exit code 3)" && return "$EX_FAILED" ;;
  "$SWITCH_LOCKED") return "$EX_LOCKED" ;;
  "$SWITCH_NEEDS_BOOT")
    why_boot="the interface of init changes"
    return "$SWITCH_NEEDS_BOOT"
    ;;
  "$SWITCH_PANIC") problem "switch-to-configuration broke off with an internal error (exit code 101), twice" && return "$EX_FAILED" ;;
  129 | 1[3-5]? | 16[0-4]) problem "switch-to-configuration was ended by signal $((code - 128))" && return "$EX_FAILED" ;;
  *) problem "switch-to-configuration ended with exit code $code" && return "$EX_FAILED" ;;
  esac || return
  resolve_live
  [ "$live" = "$1" ] && return 0
  problem "switch-to-configuration says that it is done, but $LIVE is $live"
  return "$EX_FAILED"
}

# judge_units CODE: by the difference. A unit that failed before and fails still is not the work of this activation, and one
# that dies within a second did not start.
judge_units() {
  newly_failing && return "$EX_FAILED"
  [ "$1" = 0 ] && return 0
  if [ -s "$work/failing-after" ]; then
    say "  exit code 4, but these units failed before already: $(tr '\n' ' ' <"$work/failing-after")"
  else
    say "  exit code 4, but no unit of the system fails"
  fi
  grep '^warning: user activation for ' "$work/switched" >&2
  return 0
}

# judge_refusal: exit code 1 says many things, which only the text tells apart.
judge_refusal() {
  if grep -q -e 'switchInhibitors' -e 'changes to critical components' "$work/switched"; then
    why_boot="a switch inhibitor changed"
    return "$SWITCH_NEEDS_BOOT"
  fi
  problem "switch-to-configuration refused: $(last_words)"
  grep -q -i 'pre-switch check' "$work/switched" && return "$EX_CONFLICT"
  return "$EX_FAILED"
}

last_words() {
  grep -v '^[[:space:]]*$' "$work/switched" | tail -n 3 | tr '\n\t' '  '
}

# needs_boot: into $why_boot the reasons, a line each, that are known beforehand.
needs_boot() {
  local keys old
  why_boot=
  case $mode in
  boot) why_boot="the inventory wants it to come with a boot" ;;
  once) why_boot="one boot is to try it" ;;
  esac
  whole_text "$LIVE/switch-inhibitors" || :
  old=$text
  whole_text "$target/switch-inhibitors" || :
  [ -n "$old" ] && [ -n "$text" ] || return 0
  keys=$(old="$old" new="$text" awk "$flat_json_program"'BEGIN { print changed_keys(ENVIRON["old"], ENVIRON["new"], "") }')
  [ -z "$keys" ] || why_boot="$why_boot${why_boot:+$NL}changed switch inhibitors: $keys"
}
