# shellcheck shell=dash
# NixOS: back to the system that ran before, by its recorded path, whoever made it.

nixos_go_back() {
  local wanted=$target code=0
  # The same system may have come with other secrets: then there is something to go back to.
  if { [ "$previous" = "$target" ] && [ ! -e "$work/set-before" ]; } || [ "$previous" = - ]; then
    problem "there is no other system to go back to"
    audit failed "$run" "$owner" "$wanted"
    return "$EX_FAILED"
  fi
  begin rollback
  say "  going back to $previous, generation $previous_generation"
  target=$previous
  [ ! -e "$work/profile-moved" ] || nixos_restore_generation || code=1
  [ -n "$why_boot" ] || nixos_back_live || code=1
  [ ! -e "$work/profile-moved" ] || nixos_restore_loader || code=1
  if [ "$code" = 0 ] && drop_intent && forget_secrets; then
    audit rolled-back "$run" "$owner" "$wanted"
    return "$EX_ROLLED_BACK"
  fi
  problem "the previous system could not be put back either"
  audit failed "$run" "$owner" "$wanted"
  return "$EX_FAILED"
}

nixos_restore_generation() {
  if [ "$previous_generation" = 0 ]; then
    rm -f -- "$PROFILE"
  else
    HOME=/root "$nix_env" --profile "$PROFILE" --switch-generation "$previous_generation" >&2 7>&-
  fi
}

# Units that fail also under the old system, and failed before, do not count.
nixos_back_live() {
  local going_back=1
  # Of the records that the previous system left; its secrets are still kept.
  manifest=-
  nixos_manifest && nixos_ours && prepare_secrets "$previous" && leave_word "$previous" || return 1
  nixos_switch "$previous" test
  case $? in
  0 | 4) ;;
  *) problem "the previous system's switch-to-configuration failed: $(last_words)" && return 1 ;;
  esac
  ! newly_failing && nixos_without_secrets && step_keep_secrets || return 1
  resolve_live
  [ "$live" = "$previous" ]
}

# The boot loader follows what is committed again, which need not be what is live.
nixos_restore_loader() {
  local committed
  committed=$(readlink -f -- "$PROFILE")
  [ ! -x "$committed/bin/switch-to-configuration" ] || nixos_switch "$committed" boot ||
    { problem "the boot loader could not be put back: $(last_words)"; return 1; }
}
