# shellcheck shell=dash
# Whether a reboot is needed: the signs, each on its own. What they come to is for the caller to judge, since the absence of a sign
# proves something only where somebody would have left it.

# reboot-check
verb_reboot_check() {
  [ $# -eq 0 ] || refuse "$EX_USAGE" "reboot-check takes no arguments"
  reboot_signs
  emit_in_the_way
  finish 0
}

reboot_signs() {
  local kernel
  first_line /proc/sys/kernel/random/boot_id && emit boot-id "$line"
  first_line /proc/sys/kernel/osrelease && emit kernel.running "$line"
  kernel=$line
  # As Zincati names itself to FleetLock, and kubelets by way of their machine id: it does not tell the machine id.
  emit fleetlock.id "$(systemd-id128 machine-id --app-specific=de35106b6ec24688b63afddaa156679b 2>/dev/null)"
  if open_reboot; then
    emit reboot.open "$line"
    if [ -r "$FAILED_BEFORE" ] && whole_text "$FAILED_BEFORE"; then emit reboot.failed-before "$text"; fi
  fi
  reboot_flag
  reboot_kernels "$kernel"
  reboot_needrestart
  kernel_trial_state
  [ "$kernel_trial" = none ] || emit kernel.trial "$kernel_trial$TAB$kernel_tried"
  [ -z "$NIXOS" ] || reboot_nixos
  emit container "$(systemd-detect-virt --container 2>/dev/null)"
  if command -v canonical-livepatch >/dev/null; then emit livepatch "$(canonical-livepatch status --format json 2>/dev/null)"; fi
}

# The wish of a package, and whether there is a program that notes such wishes.
reboot_flag() {
  local hook writer=no
  for hook in /usr/share/update-notifier/notify-reboot-required /etc/kernel/postinst.d/*reboot*; do
    [ -e "$hook" ] && writer=yes
  done
  emit flag.writer "$writer"
  [ -e /run/reboot-required ] || return 0
  emit flag.set "$(stat -c %Y /run/reboot-required)"
  [ ! -s /run/reboot-required.pkgs ] || emit flag.package "$(sort -u /run/reboot-required.pkgs)"
}

# reboot_kernels RUNNING: installed kernels of the flavour that runs, newest last; nothing where the running one is no package.
reboot_kernels() {
  command -v dpkg-query >/dev/null || return 0
  emit kernel.installed "$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 'linux-image-[0-9]*' 2>/dev/null |
    sed -n 's/^ii linux-image-\(unsigned-\)\{0,1\}//p' | sort -u -V)"
}

reboot_needrestart() {
  command -v needrestart >/dev/null || return 0
  emit needrestart "$(needrestart -b -k 2>/dev/null </dev/null)"
}

# What autoUpgrade compares: a change in one of the three takes a reboot to come to life. What is being tried is what was wanted.
reboot_nixos() {
  local part system
  system=$(readlink -f -- "$BOOTED")
  is_store_path "$system" || return 0
  emit nixos.booted "$system"
  trial_state
  [ "$trial_state" = none ] || emit nixos.trial "$trial_state$TAB$trial_system"
  [ "$trial_state" != running ] || return 0
  for part in initrd kernel kernel-modules; do
    [ "$(readlink -f -- "$BOOTED/$part")" = "$(readlink -f -- "$PROFILE/$part")" ] || emit nixos.changed "$part"
  done
  read_staged
  { [ -n "$staged_system" ] && [ "$staged_system" = "$(readlink -f -- "$PROFILE")" ] &&
    [ "$staged_system" != "$system" ]; } || return 0
  emit nixos.staged "$staged_system"
}
