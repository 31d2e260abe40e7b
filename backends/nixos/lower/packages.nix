{ config, lib, ... }:
let
  inherit (config.nixfleet) host packages;
in
{
  networking.hostName = lib.mkDefault (lib.head (lib.splitString "." host.name));
  environment.systemPackages = packages;
  # The place that modules may name on every base.
  systemd.tmpfiles.rules = [ "d /run/nixfleet 0755 root root -" "L+ /run/nixfleet/current - - - - /run/current-system" ];
}
