# The inventory as evaluation sees it.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  listOfNames = types.listOf types.str;
  host = { name, config, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; readOnly = true; description = "The host's name."; };
      base = mkOption { type = types.enum [ "ubuntu" "debian" "nixos" ]; description = "What runs on the host."; };
      system = mkOption { type = types.str; default = "x86_64-linux"; description = "The Nix system of the host."; };
      addr = mkOption { type = types.nullOr (types.either types.str listOfNames); default = null; description = "Short for `addresses`."; };
      addresses = mkOption {
        type = listOfNames;
        default = if config.addr == null then [ ] else if builtins.isList config.addr then config.addr else [ config.addr ];
        description = "Addresses; the first that answers is used.";
      };
      port = mkOption { type = types.nullOr types.port; default = null; description = "Port of the ssh server."; };
      roles = mkOption { type = listOfNames; default = [ ]; description = "Each names modules/<role>.nix."; };
      tags = mkOption { type = listOfNames; default = [ ]; description = "Free words to select by."; };
      groups = mkOption { type = types.nullOr listOfNames; default = null; description = "All groups the host is in."; };
      osUpdates = mkOption { type = types.attrsOf types.raw; default = { }; description = "The policy for OS updates."; };
      vars = mkOption { type = types.attrsOf types.raw; default = { }; description = "Free values for modules."; };
      flakeAttr = mkOption { type = types.nullOr types.str; default = null; description = "A configuration of the flake that is deployed as it is."; };
      signed = mkOption { type = types.nullOr types.raw; default = null; description = "Restricted hosts: the tasks, hooks and health checks that the manifest lists."; };
      specialisation = mkOption { type = types.nullOr types.str; default = null; description = "The specialisation of the NixOS system that the host runs and boots."; };
    };
  };
  group.options = {
    hosts = mkOption { type = listOfNames; default = [ ]; description = "Names of the hosts in it."; };
    children = mkOption { type = listOfNames; default = [ ]; description = "Names of the groups in it."; };
  };
in
{
  options = {
    environment = mkOption { type = types.str; default = "default"; description = "The name of the environment."; };
    hosts = mkOption { type = types.attrsOf (types.submodule host); default = { }; description = "The hosts, by name."; };
    groups = mkOption { type = types.attrsOf (types.submodule group); default = { }; description = "The groups, by name."; };
  };
}
