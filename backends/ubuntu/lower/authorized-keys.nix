{ config, lib, ... }:
let
  withKeys = lib.filterAttrs (_: user: user.authorizedKeys != [ ]) config.nixfleet.users;
  owned = name: user: { owner = name; inherit (user) group; };
in
{
  nixfleet.directories = lib.mapAttrs' (name: user: lib.nameValuePair "${user.home}/.ssh" (owned name user // { mode = "0700"; })) withKeys;
  nixfleet.files = lib.mapAttrs' (name: user: lib.nameValuePair "${user.home}/.ssh/authorized_keys" (owned name user // {
    mode = "0600";
    text = "# Managed by NixFleet.\n${lib.concatStringsSep "\n" user.authorizedKeys}\n";
  })) withKeys;
}
