# What the inventory says, for modules to read.
{ lib, types' }:
let
  inherit (lib) mkOption types;
  readOnly = type: description: mkOption { inherit type description; readOnly = true; };
  listOfNames = types.listOf types.str;
in
{
  options.nixfleet = {
    host = mkOption {
      readOnly = true;
      description = "This host as the inventory resolved it.";
      type = types.submodule {
        options = {
          name = readOnly types.str "The host's name.";
          base = readOnly (types.enum [ "ubuntu" "debian" "nixos" ]) "What runs on the host.";
          system = readOnly types.str "The Nix system, such as x86_64-linux.";
          addresses = readOnly listOfNames "Addresses; the first that answers is used.";
          port = readOnly (types.nullOr types.port) "Port of the ssh server, where the inventory names one.";
          roles = readOnly listOfNames "Roles; each names modules/<role>.nix.";
          tags = readOnly listOfNames "Free words to select by.";
          groups = readOnly listOfNames "All groups the host is in, automatic ones included.";
          osUpdates = readOnly (types.attrsOf types.raw) "The inventory's policy for OS updates.";
          signed = readOnly (types.nullOr types.raw) "Restricted hosts: `tasks`, `hooks` and `healthChecks` of the inventory, which the manifest lists so that the host knows them signed.";
          vars = readOnly (types.attrsOf types.raw) "Free values: `vars` of the defaults, the groups and the host, merged.";
        };
      };
    };
    fleet = mkOption {
      readOnly = true;
      description = "The whole fleet as the inventory resolved it.";
      type = types.submodule {
        options = {
          environment = readOnly types.str "The inventory's name, such as prod.";
          hosts = readOnly (types.lazyAttrsOf types.raw) "All hosts by name, each with the fields of `nixfleet.host`.";
          groups = readOnly (types.lazyAttrsOf types.raw) "All groups by name, each with `hosts` and `children`, lists of names.";
        };
      };
    };
  };
}
