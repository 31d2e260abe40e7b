# The intent with the values that it has on NixOS, where shells and empty homes lie elsewhere.
{ lib, config }:
let
  paths = import ./paths.nix { inherit lib; };
in
{
  nixfleet = config.nixfleet // {
    users = lib.mapAttrs (_: user: user // { shell = paths.shell user.shell; home = paths.home user.home; }) config.nixfleet.users;
  };
}
