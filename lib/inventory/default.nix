# Inventories: read from a file or taken as given, and resolved to what modules see as `config.nixfleet.fleet`.
{ lib }:
rec {
  # An attribute set, or the path of a .nix or .json file -> attribute set.
  read = given:
    if builtins.isAttrs given then given
    else if lib.hasSuffix ".json" (toString given) then builtins.fromJSON (builtins.readFile given)
    else if lib.hasSuffix ".nix" (toString given) then import given
    else throw "nixfleet: inventory must be an attribute set or a .nix or .json file; YAML is read by the CLI, not by Nix";

  # What the CLI sends has a list of hosts and fields for itself; what people write has a set and must not have slips.
  resolve = given:
    let
      fromCli = builtins.isList (given.hosts or { });
      evaluated = (lib.evalModules {
        modules = [ ./options.nix { _file = "the inventory"; config = if fromCli then strip given else given; } ];
      }).config;
    in
    {
      inherit (evaluated) environment groups;
      hosts = lib.mapAttrs
        (name: host: removeAttrs host [ "addr" "flakeAttr" "specialisation" ] // { groups = groupsOf evaluated name host; })
        evaluated.hosts;
      specialisations = lib.mapAttrs (_: host: host.specialisation) evaluated.hosts;
      # Hosts that run a configuration of the flake as it is, and so need no closure of ours.
      asTheyAre = lib.attrNames (lib.filterAttrs (_: host: host.flakeAttr != null) evaluated.hosts);
    };

  groupsOf = evaluated: name: host:
    if host.groups != null then host.groups
    else lib.unique ([ "all" host.base ] ++ lib.filter (group: lib.elem name evaluated.groups.${group}.hosts) (lib.attrNames evaluated.groups));

  strip = given: {
    environment = given.environment;
    groups = lib.mapAttrs (_: only [ "hosts" "children" ]) (given.groups or { });
    hosts = lib.listToAttrs (map
      (host: {
        inherit (host) name;
        value = only [ "base" "system" "addresses" "port" "roles" "tags" "groups" "osUpdates" "vars" "flakeAttr" "specialisation" "signed" ] host;
      })
      given.hosts);
  };
  only = names: set: builtins.intersectAttrs (lib.genAttrs names (_: null)) set;
}
