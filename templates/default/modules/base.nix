# What every host has. A role in the inventory names a file of this folder.
{ pkgs, ... }:
{
  nixfleet.packages = [ pkgs.hello ];

  nixfleet.systemd.timers.disk-report = {
    description = "Daily report of free disk space";
    command = "/bin/df -h /";
    onCalendar = "daily";
  };

  # nixfleet.users.alice = {
  #   extraGroups = [ "sudo" ];
  #   authorizedKeys = [ "ssh-ed25519 AAAA… alice@laptop" ];
  # };
}
