# shellcheck shell=dash
# Boot loaders that start something for one boot only, so that a kernel that does not come up is gone with the next power cycle:
# systemd-boot by a variable of the firmware, GRUB by `next_entry` in its environment block, which it has to be able to clear.

GRUB_FOLDER=/boot/grub

# find_boot_once: into $boot_once `systemd-boot`, `grub` or `no`, and into $no_boot_once why it is `no`. Kernels of packages have no
# entries of systemd-boot that we know, and their newest one is GRUB's default unless that is the saved one.
find_boot_once() {
  boot_once=no
  no_boot_once='the boot loader is none that starts an entry once'
  if [ -n "$NIXOS" ] && command -v bootctl >/dev/null && bootctl is-installed >/dev/null 2>&1; then
    boot_once=systemd-boot
  elif [ -s "$GRUB_FOLDER/grub.cfg" ] && grub_takes_once && { [ -n "$NIXOS" ] || grub_default_is_saved; }; then
    boot_once=grub
  fi
  return 0
}

emit_boot_once() {
  find_boot_once
  if [ "$boot_once" = no ]; then emit boot.once "no$TAB$no_boot_once"; else emit boot.once "$boot_once"; fi
}

grub_takes_once() {
  local layers type
  no_boot_once='GRUB is here without its grub-editenv and grub-probe'
  command -v grub-editenv >/dev/null && command -v grub-probe >/dev/null || return
  no_boot_once="$GRUB_FOLDER/grub.cfg does not heed next_entry"
  grep -q 'next_entry' "$GRUB_FOLDER/grub.cfg" || return
  no_boot_once="GRUB cannot write below $GRUB_FOLDER"
  # What it cannot write, it cannot clear: the trial would never end.
  layers=$(grub-probe --target=abstraction "$GRUB_FOLDER" 2>/dev/null) && type=$(grub-probe --target=fs "$GRUB_FOLDER" 2>/dev/null) || return
  no_boot_once="GRUB cannot write below $GRUB_FOLDER: $type${layers:+ on $layers}"
  [ -z "$layers" ] || return
  case $type in '' | btrfs | zfs | cpiofs | newc | odc | romfs | squash4 | tarfs) return 1 ;; esac
}

grub_default_is_saved() {
  no_boot_once='the newest kernel is its default at once, without GRUB_DEFAULT=saved in /etc/default/grub'
  # shellcheck disable=SC2016 # GRUB's own variable
  grep -q 'default="${saved_entry}"' "$GRUB_FOLDER/grub.cfg"
}

# grub_entry WORD [OTHER]: the way through GRUB's menu to the first entry that starts what one of these words names, by ids where
# entries have them. The
# entry that always starts the newest kernel is left out: it stands for another one tomorrow.
grub_entry() {
  awk -v word="$1" -v other="${2:-$1}" '
    function id_of(line) {
      if (match(line, /\$menuentry_id_option \047[^\047]*\047/)) return substr(line, RSTART + 22, RLENGTH - 23)
      if (match(line, /--id [^ ]+/)) return substr(line, RSTART + 5, RLENGTH - 5)
      return count[depth]
    }
    BEGIN { depth = 0; count[0] = 0 }
    /^[ \t]*(menuentry|submenu) / {
      name[depth] = id_of($0)
      count[depth]++
      in_entry = ($1 == "menuentry")
      depth++
      count[depth] = 0
      next
    }
    /^[ \t]*}[ \t]*$/ && depth > 0 { depth--; in_entry = 0; next }
    in_entry && ($1 == "linux" || $1 == "linux16" || $1 == "linuxefi") {
      for (i = 2; i <= NF; i++) if (($i == word || $i == other) && name[0] !~ /^gnulinux-simple/) {
        for (at = 0; at < depth; at++) path = path (at ? ">" : "") name[at]
        print path
        exit
      }
    }' "$GRUB_FOLDER/grub.cfg"
}

# grub_set NAME VALUE: false where it does not stand there afterwards. An empty value takes it out.
grub_set() {
  local file=$GRUB_FOLDER/grubenv
  [ -s "$file" ] || grub-editenv "$file" create || return
  if [ -z "$2" ]; then
    grub-editenv "$file" unset "$1"
  else
    grub-editenv "$file" set "$1=$2" && grub-editenv "$file" list | grep -q -x -F -- "$1=$2"
  fi && sync "$file"
}
