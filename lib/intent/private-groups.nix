# As on every Linux distro: a user whose primary group has its own name brings that group along.
{ lib }:
{ config, ... }:
{
  nixfleet.groups = lib.mapAttrs (_: user: { system = lib.mkDefault user.system; })
    (lib.filterAttrs (name: user: user.group == name) config.nixfleet.users);
}
