# Turns a repo into a fleet: `outputs = inputs: inputs.nixfleet.lib.mkFleet { inherit inputs; root = ./.; }`.
{ own }:
{
  # The inputs of the user's flake; `nixpkgs` among them is what hosts get, else the one NixFleet was made with.
  inputs
  # The repo, with hosts/<name>.nix and modules/<role>.nix.
, root
  # For plain `nix build`: an attribute set, or a path to a .nix or .json file. The CLI brings its own.
, inventory ? null
  # Packages for a Nix system, to add overlays or to allow unfree ones.
, pkgsFor ? system: nixpkgs.legacyPackages.${system} or (throw "nixfleet: the input nixpkgs has no packages for ${system}")
  # Modules that every host gets.
, modules ? [ ]
  # Further arguments of modules, next to `inputs`.
, specialArgs ? { }
, nixpkgs ? inputs.nixpkgs or own.nixpkgs
}:
let
  inherit (nixpkgs) lib;
  inventories = import ./inventory { inherit lib; };
  evaluateHost = import ./evaluate-host.nix {
    inherit lib root pkgsFor modules;
    specialArgs = { inherit inputs; } // specialArgs;
  };

  forInventory = given:
    let
      fleet = inventories.resolve given;
      hosts = lib.mapAttrs (name: _: evaluateHost fleet name) (removeAttrs fleet.hosts fleet.asTheyAre);
    in
    {
      hosts = lib.mapAttrs (_: host: host.summary) hosts;
      configurations = lib.mapAttrs (_: host: host.configuration) hosts;
      closures = lib.mapAttrs (_: host: host.closure) hosts;
      secrets = lib.mapAttrs (_: host: host.secrets) hosts;
    };

  written = if inventory == null then { } else inventories.read inventory;
  plain = forInventory written;
  isNixos = name: (inventories.resolve written).hosts.${name}.base == "nixos";
  loud = name: closure: lib.foldl' (value: message: lib.warn "host ${name}: ${message}" value) closure plain.hosts.${name}.warnings;
in
{
  nixfleet = {
    interface = 1;
    inherit forInventory;
  };
  nixfleetConfigurations = lib.mapAttrs loud (lib.filterAttrs (name: _: !(isNixos name)) plain.closures);
  nixosConfigurations = lib.filterAttrs (name: _: isNixos name) plain.configurations;
}
