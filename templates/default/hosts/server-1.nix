# What only this host has. Options: docs/modules.md of NixFleet.
{ config, ... }:
{
  nixfleet.files."/etc/server-name".text = "${config.nixfleet.host.name}\n";
}
