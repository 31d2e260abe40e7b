# shellcheck shell=dash
# NixOS: the order of an activation. Live first, committed after the confirmation; or committed for the next boot, where
# only that can make it live. The toplevel is used as it is, so any system of anybody can come before or after.

nixos_activation() {
  local code=0
  begin check
  nixos_check || return
  say "  from $previous, generation $previous_generation, to $target"
  failing_units "$work/failing-before"
  needs_boot
  begin intent
  if ! { nixos_keep_manifest && nixos_intent && leave_word "$target"; }; then return "$EX_STORAGE"; fi
  if [ -z "$why_boot" ]; then
    begin switch
    { nixos_test "$target" && nixos_without_secrets; } || code=$?
    case $code in
    0 | "$SWITCH_NEEDS_BOOT") ;;
    "$EX_LOCKED" | "$EX_CONFLICT") failed_step=switch; drop_intent; return "$code" ;;
    *) failed_step=switch; nixos_go_back; return ;;
    esac
  fi
  code=0
  if [ "$mode" = once ] && nixos_can_try; then nixos_try; else nixos_commit; fi || code=$?
  [ "$code" = 0 ] || { nixos_go_back; return; }
  if [ -s "$TRIAL" ]; then audit trial "$run" "$owner" "$target"; else audit applied "$run" "$owner" "$target"; fi
}

nixos_intent() {
  {
    printf 'format\t%s\nrun\t%s\nsystem\t%s\nprevious\t%s\ngeneration\t%s\n' "$FORMAT" "$run" "$target" "$previous" \
      "$previous_generation"
    owned_secrets
    cat -- "$work/ours"
  } >"$work/intent"
  seal "$work/intent" "$STATE_DIR/intent"
}

# owned_secrets: lines for the records, with the digest of what the system is to have.
owned_secrets() {
  awk '$1 == "own" { sub(/^own\t/, ""); print }' "$work/secrets"
}

drop_intent() {
  rm -f -- "$STATE_DIR/intent" && sync "$STATE_DIR"
}

nixos_commit() {
  if [ -z "$why_boot" ]; then
    begin confirm
    run_step confirm || return
  fi
  begin keep-secrets
  run_step keep-secrets || return
  nixos_settle
}

# nixos_settle: every boot from now on runs it.
nixos_settle() {
  begin commit
  nixos_set_profile "$target" || { failed_step=commit; return "$EX_FAILED"; }
  begin boot-loader
  nixos_switch "$target" boot || { boot_loader_failed "$?"; return; }
  begin state
  if ! { nixos_staged && forget_trial && nixos_forget_manifests && run_step state; }; then
    failed_step=state
    return "$EX_STORAGE"
  fi
  begin owned
  {
    printf 'format\t%s\nrun\t%s\nsystem\t%s\nbefore\t%s\n' "$FORMAT" "$run" "$target" "$before"
    owned_secrets
  } >"$work/owned.new"
  seal "$work/owned.new" "$STATE_DIR/owned" && drop_intent && forget_secrets
}

# nixos_set_profile SYSTEM: an old generation of the same system is taken again instead of made anew. None is ever deleted.
nixos_set_profile() {
  local link number
  : >"$work/profile-moved"
  number=
  for link in "$PROFILE"-*-link; do
    link_target "$link"
    [ "$target_of_link" = "$1" ] || continue
    link=${link#"$PROFILE-"}
    link=${link%-link}
    is_number "$link" && [ "$link" -gt "${number:-0}" ] && number=$link
  done
  if [ -n "$number" ]; then
    HOME=/root "$nix_env" --profile "$PROFILE" --switch-generation "$number" >&2 7>&-
  else
    HOME=/root "$nix_env" --profile "$PROFILE" --set "$1" >&2 7>&-
  fi || { problem "nix-env could not set $PROFILE"; return 1; }
}

# boot_loader_failed CODE
boot_loader_failed() {
  problem "the boot loader could not be installed (exit code $1): $(last_words)"
  free_bytes /boot
  say "  /boot has $free bytes free"
  failed_step=boot-loader
  return "$EX_FAILED"
}

# nixos_staged: what waits for a boot, and why, is told by facts until it runs.
nixos_staged() {
  if [ -z "$why_boot" ]; then
    rm -f -- "$STATE_DIR/staged"
    return
  fi
  say "  not live: $why_boot"
  printf '%s\n' "$why_boot" >"$run_folder/reboot"
  printf '%s\n%s\n' "$target" "$why_boot" >"$STATE_DIR/staged.new" && sync "$STATE_DIR/staged.new" &&
    mv -f -- "$STATE_DIR/staged.new" "$STATE_DIR/staged"
}

# nixos_keep_manifest: beside the state, since a NixOS system has no place for it.
nixos_keep_manifest() {
  local folder
  folder=$(kept_manifest "$target")
  mkdir -p -- "$STATE_DIR/manifests" && chmod 0755 "$STATE_DIR/manifests" || return
  [ "$manifest" != - ] || return 0
  mkdir -p -- "$folder" && chmod 0755 "$folder" &&
    install -m 0644 -- "$manifest/manifest" "$manifest/manifest.json" "$folder/"
}

# nixos_forget_manifests: those of systems that have no generation any more.
nixos_forget_manifests() {
  local folder name kept
  keep_paths
  for name in "$PROFILE"-*-link; do
    link_target "$name"
    keep_path "$target_of_link"
  done
  for folder in "$STATE_DIR/manifests"/*; do
    case $kept in *" /nix/store/${folder##*/} "*) ;; *) rm -rf -- "$folder" ;; esac
  done
  return 0
}
