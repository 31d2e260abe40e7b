{ config, lib, ... }:
let
  inherit (config.nixfleet) users groups;
  effective = (import ../in-effect.nix { inherit lib config; }).nixfleet.users;
  user = _: account: {
    inherit (account) group extraGroups home createHome shell description uid;
    isSystemUser = account.system;
    isNormalUser = !account.system;
    openssh.authorizedKeys.keys = account.authorizedKeys;
  };
in
{
  users.users = lib.mapAttrs user effective;
  users.groups = lib.mapAttrs (_: group: { inherit (group) gid; }) groups;
  # Accounts of NixOS modules may own files, too.
  nixfleet.hostAccounts = { users = lib.attrNames config.users.users; groups = lib.attrNames config.users.groups; };
}
