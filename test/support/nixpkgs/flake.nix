{
  description = "A small stand-in for nixpkgs, for tests and for the lab: the lib that NixFleet uses, a few packages made from a static busybox, and NixOS-shaped systems";

  outputs = { self }:
    let
      # prepare.ts writes the folder `machine`: a static busybox, the Nix system it runs on, and the lab's NixOS programs.
      system = import ./machine/system.nix;
      plain = import ./lib;
      packages = import ./pkgs { lib = plain; inherit system; machine = ./machine; };
    in
    {
      lib = plain // { nixosSystem = import ./nixos { lib = plain; pkgsOf = _: packages; }; };
      legacyPackages.${system} = packages;
    };
}
