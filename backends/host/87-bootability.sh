# shellcheck shell=dash
# Whether this host would come up again, asked before a reboot: the last moment at which a mistake costs nothing.

# bootability: a record `check` for each question: its name, `ok`, `failed` or `skipped`, and why.
verb_bootability() {
  local target
  [ $# -eq 0 ] || refuse "$EX_USAGE" "bootability takes no arguments"
  target=$(newest_kernel '')
  [ -z "$target" ] || emit kernel.target "$target"
  boot_check kernel boot_kernel "$target"
  boot_check initrd boot_initrd "$target"
  boot_check modules boot_modules "$target"
  boot_check dkms boot_dkms "$target"
  boot_check boot-loader boot_grub "$target"
  boot_check packages boot_packages
  boot_check boot-space boot_space /boot 0
  boot_check root-space boot_space / 65536
  boot_check sshd boot_sshd
  boot_check mounts boot_mounts
  boot_check network boot_network
  boot_check disks boot_disks
  finish 0
}

# boot_check NAME FUNCTION WORD…: 0 is ok, 2 means that the question does not arise here; else what it printed is the reason.
boot_check() {
  local name=$1 reason code=0
  shift
  reason=$("$@" 2>&1) || code=$?
  case $code in
  0) emit check "$name${TAB}ok" ;;
  2) emit check "$name${TAB}skipped${TAB}$(one_field "$reason")" ;;
  *) emit check "$name${TAB}failed${TAB}$(one_field "${reason:-no reason given}")" ;;
  esac
}

# one_field TEXT: on one line, and short.
one_field() {
  printf '%s' "$1" | tr '\n\t' '  ' | head -c 500
}

# newest_kernel FLAVOUR: of packages, what the boot loader starts by default; of any flavour when that is empty.
newest_kernel() {
  command -v dpkg-query >/dev/null || return 0
  dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 'linux-image-[0-9]*' 2>/dev/null |
    sed -n 's/^[ih][iWFHtU] linux-image-\(unsigned-\)\{0,1\}//p' | grep -e "${1:+-$1\$}" | sort -V | tail -n 1
}

# kernel_flavour KERNEL: `generic` of 6.8.0-35-generic.
kernel_flavour() {
  printf '%s' "$1" | sed -e 's/^[0-9][^-]*-//' -e 's/^[0-9]*-//'
}

boot_kernel() {
  [ -n "$1" ] || { echo "no kernel is installed as a package"; return 2; }
  [ -s "/boot/vmlinuz-$1" ] || { echo "/boot/vmlinuz-$1 is missing or empty"; return 1; }
}

boot_initrd() {
  [ -n "$1" ] || return 2
  [ -e "/boot/initrd.img-$1" ] || { echo "/boot/initrd.img-$1 is missing"; return 1; }
  [ "$(stat -L -c %s "/boot/initrd.img-$1")" -gt 1048576 ] || { echo "/boot/initrd.img-$1 is smaller than any initrd"; return 1; }
}

boot_modules() {
  [ -n "$1" ] || return 2
  [ -s "/lib/modules/$1/modules.dep" ] || { echo "/lib/modules/$1/modules.dep is missing"; return 1; }
}

# A module that was not built for the new kernel is a root file system or a network card that is not there.
boot_dkms() {
  command -v dkms >/dev/null || return 2
  [ -n "$1" ] || return 2
  dkms status 2>/dev/null | awk -F'[,:] *' -v kernel="$1" '
    { module = $1; modules[module] = 1 }
    $2 == kernel && $0 ~ /installed/ { built[module] = 1 }
    END { for (module in modules) if (!(module in built)) { print module " is not installed for " kernel; bad = 1 } exit bad }'
}

boot_grub() {
  [ -e /boot/grub/grub.cfg ] || return 2
  [ -n "$1" ] || return 2
  grep -q -F "vmlinuz-$1" /boot/grub/grub.cfg || { echo "/boot/grub/grub.cfg does not name vmlinuz-$1"; return 1; }
}

boot_packages() {
  command -v dpkg-query >/dev/null || return 2
  interrupted_dpkg && { echo "dpkg was interrupted"; return 1; }
  broken=$(broken_packages)
  [ -z "$broken" ] || { echo "broken: $broken"; return 1; }
}

# boot_space FOLDER KIBIBYTES: more than so much has to be free.
boot_space() {
  local free
  [ -d "$1" ] || return 2
  free=$(($(stat -f -c '%S * %a / 1024' -- "$1")))
  [ "$free" -gt "$2" ] || { echo "$1 has $free KiB left"; return 1; }
}

boot_sshd() {
  command -v sshd >/dev/null || return 2
  mkdir -p /run/sshd
  sshd -t
}

boot_mounts() {
  command -v findmnt >/dev/null && [ -s /etc/fstab ] || return 2
  findmnt --verify
}

boot_network() {
  local root
  command -v netplan >/dev/null || return 2
  root=$(mktemp -d) || return 2
  mkdir -p "$root/etc" && cp -a /etc/netplan "$root/etc/" 2>/dev/null
  netplan generate --root-dir "$root"
  set -- "$?"
  rm -rf -- "$root"
  return "$1"
}

boot_disks() {
  local degraded=''
  if [ -r /proc/mdstat ]; then degraded=$(grep -E '\[[U_]*_[U_]*\]' /proc/mdstat); fi
  if command -v zpool >/dev/null; then zpool status -x 2>/dev/null | grep -q -E 'healthy|no pools' || degraded="$degraded zpool: $(zpool status -x 2>&1)"; fi
  [ -z "$degraded" ] || { echo "$degraded"; return 1; }
}
