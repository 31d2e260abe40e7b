# Accounts that every Debian and Ubuntu host has (package base-passwd, and systemd's own groups).
{
  users = [ "root" "daemon" "bin" "sys" "sync" "games" "man" "lp" "mail" "news" "uucp" "proxy" "www-data" "backup" "list" "irc" "_apt" "nobody" ];
  groups = [
    "root" "daemon" "bin" "sys" "adm" "tty" "disk" "lp" "mail" "news" "uucp" "man" "proxy" "kmem" "dialout" "fax"
    "voice" "cdrom" "floppy" "tape" "sudo" "audio" "dip" "www-data" "backup" "operator" "list" "irc" "src" "shadow"
    "utmp" "video" "sasl" "plugdev" "staff" "games" "users" "nogroup" "systemd-journal" "input" "kvm" "render"
  ];
}
