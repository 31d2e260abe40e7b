# Accounts of people. Keys come from the inventory: `vars: { operatorKeys: ["ssh-ed25519 …"] }`.
{ config, ... }:
{
  nixfleet.users.operator = {
    description = "Operators of the fleet";
    extraGroups = [ "adm" "systemd-journal" ];
    authorizedKeys = config.nixfleet.host.vars.operatorKeys or [ ];
  };
}
