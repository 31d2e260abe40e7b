# What NixFleet's flake offers as `lib`. Takes NixFleet's own inputs, of which only `nixpkgs` counts.
{ inputs }:
{
  mkFleet = import ./mk-fleet.nix { own = inputs; };
  # The options reference as data: [{ name, type, default, description }].
  optionsReference = import ./options-reference.nix { inherit (inputs.nixpkgs) lib; };
}
