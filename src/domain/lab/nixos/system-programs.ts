/** The other programs of a NixOS-shaped system: what activates it, installs its boot menu and judges a switch beforehand. */

/**
 * The steps of `activate` that every system has: `/etc` from the system's tree, as NixOS does it, but link by link, since
 * the Debian below has files of its own there. `SNIPPETS` stands for what the configuration adds.
 */
export const ACTIVATE_PROGRAM = `#!/bin/sh
# NixOS-shaped stand-in of a nixfleet lab: activates the system that it lies in.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
systemConfig=$(readlink -f "$(dirname "$0")")
umask 0022
export systemConfig
_status=0
_localstatus=0
snippet_failed() {
  printf 'Activation script snippet %s failed (%s)\\n' "'$1'" "$2" >&2
  _status=1
}

setup_etc() {
  local path mode
  ln -sfn "$systemConfig/etc" /etc/static
  touch /etc/.clean
  : >/etc/.clean.new
  (cd "$systemConfig/etc" && find -L . -type f) | sed 's|^\\./||' >/run/nixos-etc
  while read -r path; do
    case $path in *.mode | *.uid | *.gid) continue ;; esac
    mkdir -p "/etc/$(dirname "$path")"
    if [ -e "/etc/static/$path.mode" ]; then
      mode=$(cat "/etc/static/$path.mode")
      printf '%s\\n' "$path" >>/etc/.clean.new
      cp --remove-destination "$systemConfig/etc/$path" "/etc/$path.tmp" &&
        chown "$(id_of u "/etc/static/$path.uid"):$(id_of g "/etc/static/$path.gid")" "/etc/$path.tmp" &&
        chmod "$mode" "/etc/$path.tmp" && mv -f -T "/etc/$path.tmp" "/etc/$path" || return 1
    elif [ "$(readlink "/etc/$path")" != "/etc/static/$path" ]; then
      ln -sfn "/etc/static/$path" "/etc/$path.tmp" && mv -f -T "/etc/$path.tmp" "/etc/$path" || return 1
    fi
  done </run/nixos-etc
  find /etc -lname '/etc/static/*' ! -exec test -e {} ';' -exec rm -f {} +
  grep -Fxv -f /etc/.clean.new /etc/.clean | while read -r path; do rm -f "/etc/$path"; done
  mv /etc/.clean.new /etc/.clean
}
# A number after a plus, or a name.
id_of() { sed 's/^+//' "$2"; }

SNIPPETS
setup_etc || snippet_failed etc $?
LATER
ln -sfn "$systemConfig" /run/current-system
exit $_status
`;

/** GRUB's menu as NixOS writes it: the default, then all generations, the newest first; what `grub-reboot` named goes first, once. */
const GRUB_MENU = `
if [ -d /boot/grub ]; then
  entry_of() {
    printf 'menuentry "NixOS - %s" --class nixos --unrestricted {\\n  linux /kernels/bzImage init=%s/init %s\\n}\\n' "$1" "$2" "$(cat "$2/kernel-params")"
  }
  {
    echo 'if [ -s $prefix/grubenv ]; then load_env; fi'
    echo 'if [ "\${next_entry}" ]; then set default="\${next_entry}"; set next_entry=; save_env next_entry; else set default=0; fi'
    entry_of Default "$1"
    echo 'submenu "NixOS - All configurations" --class submenu {'
    for number in $(ls -d /nix/var/nix/profiles/system-*-link | sed 's/.*system-\\([0-9]*\\)-link/\\1/' | sort -rn); do
      system=$(readlink -f "/nix/var/nix/profiles/system-$number-link")
      [ ! -e "$system/init" ] || entry_of "Configuration $number" "$system"
    done
    echo '}'
  } >/boot/grub/grub.cfg.tmp
  mv /boot/grub/grub.cfg.tmp /boot/grub/grub.cfg
  exit 0
fi
`;

/** The system's boot menu: an entry for each generation, kernels copied, the given system as the default. Machines with /boot/grub have GRUB. */
export const BOOT_LOADER_PROGRAM = `#!/bin/sh
# NixOS-shaped stand-in of a nixfleet lab: usage: install-bootloader SYSTEM
set -eu
${GRUB_MENU}mkdir -p /boot/loader/entries /boot/EFI/nixos
copied=
put() {
  name=$(readlink -f "$1" | sed -e 's|^/nix/store/||' -e 's|/|-|g').efi
  copied="$copied $name"
  [ -e "/boot/EFI/nixos/$name" ] || { cp "$1" "/boot/EFI/nixos/$name.tmp" && mv "/boot/EFI/nixos/$name.tmp" "/boot/EFI/nixos/$name"; }
}
default=
: >/boot/loader/wanted
for link in /nix/var/nix/profiles/system-*-link; do
  number=\${link##*/system-}
  number=\${number%-link}
  system=$(readlink -f "$link")
  [ -e "$system/init" ] || continue
  put "$system/kernel"
  put "$system/initrd"
  entry=nixos-generation-$number.conf
  printf 'title NixOS\\nversion Generation %s\\noptions init=%s/init %s\\n' "$number" "$system" "$(cat "$system/kernel-params")" >"/boot/loader/entries/$entry.tmp"
  mv "/boot/loader/entries/$entry.tmp" "/boot/loader/entries/$entry"
  printf '%s\\n' "$entry" >>/boot/loader/wanted
  [ "$system" != "$1" ] || default=$entry
done
[ -n "$default" ] || { echo "no generation of the profile is $1" >&2; exit 1; }
printf 'timeout 5\\ndefault %s\\n' "$default" >/boot/loader/loader.conf.tmp
mv /boot/loader/loader.conf.tmp /boot/loader/loader.conf
for entry in /boot/loader/entries/*.conf; do grep -qxF "\${entry##*/}" /boot/loader/wanted || rm -f "$entry"; done
for file in /boot/EFI/nixos/*.efi; do case " $copied " in *" \${file##*/} "*) ;; *) rm -f "$file" ;; esac; done
`;

/** A changed value of a key that both systems have as a switch inhibitor keeps a switch from being live; `boot` is not asked. */
export const INHIBITOR_CHECK = `if [ "$2" != boot ] && [ -e /run/current-system/switch-inhibitors ] && [ -e "$1/switch-inhibitors" ]; then
  list() { tr ',{}' '\\n\\n\\n' <"$1" | sed -n 's/^[[:space:]]*\\("[^"]*"\\)[[:space:]]*:[[:space:]]*\\(.*\\)$/\\1 \\2/p' | sort; }
  changed=$(list "$1/switch-inhibitors" | while read -r key value; do
    list /run/current-system/switch-inhibitors | grep -F "$key " | grep -qvxF "$key $value" && echo "$key"
  done)
  if [ -n "$changed" ]; then
    echo "There are changes to critical components of the system:" $changed
    exit 1
  fi
fi
`;

/** `pre-switch-checks`: usage: pre-switch-checks SYSTEM ACTION. `CHECKS` stands for the snippets. */
export const PRE_SWITCH_PROGRAM = `#!/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CHECKS
`;

/** One snippet of `pre-switch-checks`. */
export const preSwitchCheck = (name: string, text: string): string => `(
${text}
) || { echo "Pre-switch check '${name}' failed"; exit 1; }
`;
