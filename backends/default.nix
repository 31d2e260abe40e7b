# The backend of each base: { evaluate, modules, compile, describe }. `evaluate` makes a configuration of modules, as evalModules
# does; `describe`, where a closure has no place for its manifest, is the derivation that has it.
let
  ubuntu = {
    evaluate = { lib, pkgs }: { modules, specialArgs }: lib.evalModules { inherit specialArgs; modules = modules ++ [ { _module.args.pkgs = pkgs; } ]; };
    modules = [ ./ubuntu/lower ];
    compile = import ./ubuntu/compile.nix;
    describe = null;
  };
in
{
  inherit ubuntu;
  # Debian and Ubuntu differ in nothing that a closure is made of.
  debian = ubuntu;
  nixos = {
    # All hosts share one instance of the packages; `pkgsFor` of mkFleet makes another, or `nixpkgs.pkgs` of a host.
    evaluate = { lib, pkgs }: { modules, specialArgs }: lib.nixosSystem { inherit specialArgs; modules = modules ++ [ { _file = "NixFleet"; nixpkgs.pkgs = lib.mkDefault pkgs; } ]; };
    modules = [ ./nixos/lower ];
    compile = import ./nixos/compile.nix;
    describe = import ./nixos/description.nix;
  };
}
