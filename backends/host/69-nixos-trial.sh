# shellcheck shell=dash
# NixOS: a system that one boot tries. It gets a generation and an entry of the boot menu, while the default stays what it was:
# a kernel that does not come up is gone after the next power cut. `reboot verified` makes it the default.

# What is tried: the system, the boot id from before, the run; a line each.
TRIAL=$STATE_DIR/trial

# nixos_can_try: whether the boot loader takes an entry for one boot only.
nixos_can_try() {
  find_boot_once
  [ "$boot_once" != no ] && return 0
  say "  no boot can try it: $no_boot_once"
  return 1
}

# nixos_try: in place of the commit.
nixos_try() {
  local default entry
  begin keep-secrets
  run_step keep-secrets || return
  begin commit
  default=$(readlink -f -- "$PROFILE")
  # A generation of its own, so that the boot menu has an entry for it; the profile goes back at once.
  if ! { nixos_set_profile "$target" && nixos_restore_generation; }; then
    failed_step=commit
    return "$EX_FAILED"
  fi
  begin boot-loader
  nixos_switch "$default" boot || { boot_loader_failed "$?"; return; }
  begin boot-once
  entry=$(nixos_boot_entry)
  if [ -z "$entry" ] || ! nixos_boot_once "$entry"; then
    problem "the boot loader does not take ${entry:-an entry of the new system} for one boot"
    failed_step=boot-once
    return "$EX_FAILED"
  fi
  first_line /proc/sys/kernel/random/boot_id
  printf '%s\n' "$why_boot" >"$run_folder/reboot"
  { printf '%s\n%s\n%s\n' "$target" "$line" "$run" >"$TRIAL.new" && sync "$TRIAL.new" && mv -f -- "$TRIAL.new" "$TRIAL"; } ||
    { failed_step=boot-once; return "$EX_STORAGE"; }
  say "  the next boot tries it, once"
  drop_intent
}

# nixos_boot_entry: the name of the entry that starts $target.
nixos_boot_entry() {
  local file
  [ "$boot_once" = systemd-boot ] || { grub_entry "init=$target/init"; return; }
  for file in /boot/loader/entries/*.conf; do
    grep -q -F -- "init=$target/init" "$file" 2>/dev/null && printf '%s' "${file##*/}" && return
  done
}

# nixos_boot_once ENTRY: the next boot starts it, and only that one; nothing special when it is empty.
nixos_boot_once() {
  if [ "$boot_once" = systemd-boot ]; then bootctl set-oneshot "$1" >&2; else grub_set next_entry "$1" >&2; fi
}

# read_trial: into $trial_system, $trial_boot and $trial_run; empty when nothing is tried.
read_trial() {
  trial_system=
  trial_boot=
  trial_run=
  [ -n "$NIXOS" ] && [ -r "$TRIAL" ] || return 0
  { IFS= read -r trial_system && IFS= read -r trial_boot && IFS= read -r trial_run; } <"$TRIAL"
}

# trial_state: into $trial_state `none`, `waiting` for its boot, `running`, or `failed` when that boot ended elsewhere.
trial_state() {
  trial_state=none
  read_trial
  [ -n "$trial_system" ] || return 0
  trial_state=failed
  first_line /proc/sys/kernel/random/boot_id || :
  if [ "$(readlink -f -- "$BOOTED")" = "$trial_system" ]; then
    trial_state=running
  elif [ "$line" = "$trial_boot" ]; then
    trial_state=waiting
  fi
}

# nixos_keep_tried RUN: what was tried and is well becomes what every boot runs. Does nothing where nothing was tried.
nixos_keep_tried() {
  trial_state
  [ "$trial_state" = running ] || return 0
  now=$(date +%s)
  require_lock "$1"
  exec 7>>"$RUN_DIR/activation.flock"
  flock -n 7 || refuse "$EX_LOCKED" "another activation is going on"
  run=$trial_run
  run_folder=$STATE_DIR/runs/$run
  load_request
  why_boot=
  work=$RUN_DIR/work
  rm -rf -- "$work"
  { mkdir -m 0700 -- "$work" && nixos_check && before=$(readlink -f -- "$PROFILE") && nixos_intent; } ||
    refuse "$EX_FAILED" "what was tried cannot become the default"
  nixos_settle || refuse "$EX_FAILED" "what was tried could not become the default; applying it again does that"
  rm -rf -- "$work"
  audit applied "$run" "$owner" "$target"
}

# forget_trial: something else was committed meanwhile.
forget_trial() {
  [ -e "$TRIAL" ] || return 0
  ! nixos_can_try || nixos_boot_once '' || :
  rm -f -- "$TRIAL"
}
