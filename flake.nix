{
  description = "NixFleet: plan, apply and roll back fleets of Ubuntu, Debian and NixOS servers over SSH, with Nix as the desired-state engine";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      lib = import ./lib { inputs = { inherit nixpkgs; }; };
      perSystem = f: nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ]
        (system: f nixpkgs.legacyPackages.${system});
      # hosts/, modules/ and inventory/ of this repo are the example fleet of README, demo and tests.
      example = lib.mkFleet {
        inputs = { inherit nixpkgs; nixfleet = self; };
        root = self;
      };
    in
    {
      inherit lib;
      inherit (example) nixfleet;

      # The example's modules, to be imported by hosts of other fleets.
      nixfleetModules = nixpkgs.lib.genAttrs [ "base" "users" "files" "systemd" "nginx" "myapp" ] (name: ./modules + "/${name}.nix");

      packages = perSystem (pkgs: rec {
        nixfleet = pkgs.callPackage ./nix/package.nix { };
        default = nixfleet;
      });

      # Need KVM.
      checks = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: import ./nix/checks { pkgs = nixpkgs.legacyPackages.${system}; });

      devShells = perSystem (pkgs: {
        default = pkgs.mkShell { packages = [ pkgs.nodejs_24 pkgs.nix pkgs.openssh pkgs.git pkgs.shellcheck pkgs.biome ]; };
      });

      templates.default = {
        path = ./templates/default;
        description = "A fleet of one Ubuntu host, ready for nixfleet plan";
        welcomeText = ''
          Put the address of your NixFleet into flake.nix and that of your host into inventory/prod.yaml, then: git init && git add -A && nix flake lock && nixfleet bootstrap all && nixfleet plan
        '';
      };
    };
}
