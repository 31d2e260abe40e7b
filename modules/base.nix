# What every host of the fleet has.
{ config, pkgs, ... }:
let
  inherit (config.nixfleet) host fleet;
in
{
  imports = [ ./files.nix ./systemd.nix ];

  nixfleet.packages = [ pkgs.hello pkgs.tree ];

  # Debian brings an /etc/motd along: adopt it, and it comes back when this line goes.
  nixfleet.files."/etc/motd" = {
    adopt = true;
    text = ''
      ${host.name} (${fleet.environment}), roles: ${builtins.concatStringsSep ", " host.roles}
      Managed by NixFleet: edits to managed files are found and undone.
    '';
  };
}
