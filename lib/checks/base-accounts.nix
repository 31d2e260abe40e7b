# Accounts that every host of a base has: on Debian and Ubuntu of the package base-passwd and of systemd, on NixOS of its
# own modules.
let
  debian = {
    users = [ "root" "daemon" "bin" "sys" "sync" "games" "man" "lp" "mail" "news" "uucp" "proxy" "www-data" "backup" "list" "irc" "_apt" "nobody" ];
    groups = [
      "root" "daemon" "bin" "sys" "adm" "tty" "disk" "lp" "mail" "news" "uucp" "man" "proxy" "kmem" "dialout" "fax"
      "voice" "cdrom" "floppy" "tape" "sudo" "audio" "dip" "www-data" "backup" "operator" "list" "irc" "src" "shadow"
      "utmp" "video" "sasl" "plugdev" "staff" "games" "users" "nogroup" "systemd-journal" "input" "kvm" "render"
    ];
  };
in
{
  inherit debian;
  ubuntu = debian;
  nixos = {
    users = [ "root" "nobody" "messagebus" "sshd" "systemd-network" "systemd-resolve" "systemd-timesync" "systemd-coredump" "systemd-oom" ];
    groups = [
      "root" "wheel" "disk" "kmem" "tty" "floppy" "uucp" "lp" "cdrom" "tape" "audio" "video" "dialout" "nogroup" "users" "nixbld"
      "utmp" "adm" "input" "kvm" "render" "sgx" "shadow" "messagebus" "keys" "systemd-journal" "systemd-network" "systemd-resolve"
    ];
  };
}
