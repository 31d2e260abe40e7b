# shellcheck shell=dash
# Kernels of packages: a newer one than the running one is started by GRUB once, while the running one is its default. `reboot
# verified` makes the newer one the default.

# What is tried: kernel, boot id from before, GRUB's entry; a line each.
KERNEL_TRIAL=$STATE_DIR/kernel-trial

# kernel_try: before a reboot. Does nothing where there is no newer kernel, or GRUB cannot try one.
kernel_try() {
  local running target old new
  [ -z "$NIXOS" ] || return 0
  rm -f -- "$KERNEL_TRIAL"
  first_line /proc/sys/kernel/osrelease && running=$line
  target=$(newest_kernel "$(kernel_flavour "$running")")
  { [ -n "$target" ] && [ "$target" != "$running" ]; } || return 0
  find_boot_once
  old=$(kernel_entry "$running") && new=$(kernel_entry "$target")
  [ "$boot_once" = grub ] && [ -n "$old" ] && [ -n "$new" ] || return 0
  first_line /proc/sys/kernel/random/boot_id
  { printf '%s\n%s\n%s\n' "$target" "$line" "$new" >"$KERNEL_TRIAL.new" && sync "$KERNEL_TRIAL.new" &&
    mv -f -- "$KERNEL_TRIAL.new" "$KERNEL_TRIAL"; } ||
    refuse "$EX_STORAGE" "cannot write in $STATE_DIR"
  grub_set saved_entry "$old" && grub_set next_entry "$new" && return 0
  grub_set next_entry ''
  rm -f -- "$KERNEL_TRIAL"
  refuse "$EX_FAILED" "GRUB does not take $new for one boot"
}

kernel_entry() {
  # Below the root of a file system of its own, or of the one with all else.
  [ ! -s "$GRUB_FOLDER/grub.cfg" ] || grub_entry "/boot/vmlinuz-$1" "/vmlinuz-$1"
}

# kernel_trial_state: into $kernel_trial `none`, `waiting` for its boot, `running`, or `failed`; $kernel_tried and $kernel_tried_entry.
kernel_trial_state() {
  local from_boot
  kernel_trial=none
  [ -r "$KERNEL_TRIAL" ] || return 0
  { IFS= read -r kernel_tried && IFS= read -r from_boot && IFS= read -r kernel_tried_entry; } <"$KERNEL_TRIAL" || return 0
  # Whoever takes the kernel away has understood.
  [ -e "/boot/vmlinuz-$kernel_tried" ] || return 0
  kernel_trial=failed
  first_line /proc/sys/kernel/osrelease && [ "$line" = "$kernel_tried" ] && kernel_trial=running && return 0
  first_line /proc/sys/kernel/random/boot_id && [ "$line" = "$from_boot" ] && kernel_trial=waiting
  return 0
}

# kernel_keep_tried: the host is well with what it tried.
kernel_keep_tried() {
  kernel_trial_state
  case $kernel_trial in
  running) grub_set saved_entry "$kernel_tried_entry" || refuse "$EX_FAILED" "GRUB does not take $kernel_tried as its default" ;;
  none | waiting) return 0 ;;
  esac
  rm -f -- "$KERNEL_TRIAL"
}

# kernel_undo_try: the reboot that was to try it does not come about.
kernel_undo_try() {
  [ -e "$KERNEL_TRIAL" ] || return 0
  grub_set next_entry ''
  rm -f -- "$KERNEL_TRIAL"
}
