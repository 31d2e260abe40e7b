{
  description = "A small stand-in for nixpkgs, for tests and for the lab: the lib that NixFleet uses and a few packages made from a static busybox";

  outputs = { self }: {
    lib = import ./lib;
    # prepare.ts writes the folder `machine`: a static busybox and the Nix system it runs on.
    legacyPackages =
      let system = import ./machine/system.nix;
      in { ${system} = import ./pkgs { lib = self.lib; inherit system; machine = ./machine; }; };
  };
}
