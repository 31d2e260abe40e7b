# `nixpkgs.lib.nixosSystem`, as far as the tests need it: options with NixOS' names and meaning, and a toplevel with its contract.
{ lib, pkgsOf }:
let
  modules = [
    ./environment.nix
    ./systemd.nix
    ./accounts.nix
    ./networking.nix
    ./boot.nix
    ./nix.nix
    ./toplevel.nix
  ];
  evaluate = { modules, specialArgs, isSpecialisation }:
    let
      evaluated = lib.evalModules {
        inherit specialArgs;
        modules = base ++ modules;
      };
      base = baseModules ++ [
        ({ config, ... }: {
          _file = "nixosSystem";
          _module.args = {
            pkgs = if config.nixpkgs.pkgs != null then config.nixpkgs.pkgs else pkgsOf config.nixpkgs.hostPlatform;
            specialise = name: configuration: (evaluate {
              inherit specialArgs;
              modules = modules ++ [ configuration ];
              isSpecialisation = true;
            }).config;
            inherit isSpecialisation;
          };
        })
      ];
    in
    evaluated // { pkgs = evaluated.config.nixpkgs.pkgs; };
  baseModules = modules;
in
{ modules, specialArgs ? { }, system ? null }: evaluate {
  inherit specialArgs;
  modules = modules ++ lib.optional (system != null) { nixpkgs.hostPlatform = lib.mkDefault system; };
  isSpecialisation = false;
}
