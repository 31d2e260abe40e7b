# A few packages with nixpkgs' names and shape, all made from one static busybox.
{ lib, system, machine }:
let
  # Adds attributes to a derivation and keeps it one.
  asPackage = drv: extra: drv // { meta = { }; } // extra;
  busybox = import ./busybox.nix { inherit system machine asPackage; };
  builders = import ./builders.nix { inherit lib system busybox asPackage; };
  inherit (builders) writeShellScriptBin;
in
builders // {
  inherit lib system busybox;
  stdenv.hostPlatform = { inherit system; };
  buildEnv = import ./build-env.nix { inherit lib builders; };
  nginx = import ./nginx { inherit lib builders busybox; };

  hello = writeShellScriptBin "hello" "echo 'Hello, world!'" // { pname = "hello"; version = "2.12.2"; };
  tree = writeShellScriptBin "tree" ''
    cd "''${1:-.}" && ${busybox}/bin/find . | ${busybox}/bin/sed -e 's|[^/]*/|  |g'
  '' // { pname = "tree"; version = "2.2.1"; };
}
