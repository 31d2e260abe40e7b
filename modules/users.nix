# Accounts of people. Keys come from the inventory: `vars: { opsKeys: ["ssh-ed25519 …"] }`.
{ config, ... }:
{
  nixfleet.users.ops = {
    description = "Operators of the fleet";
    extraGroups = [ "adm" "systemd-journal" ];
    authorizedKeys = config.nixfleet.host.vars.opsKeys or [ ];
  };
}
