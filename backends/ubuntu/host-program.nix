# The host-side program: the numbered files of backends/host, joined in their order.
{ lib, pkgs }:
let
  folder = ../host;
  parts = lib.filter (name: builtins.match "[0-9]+.*\\.sh" name != null) (lib.attrNames (builtins.readDir folder));
in
derivation {
  name = "nixfleet-host";
  inherit (pkgs.stdenv.hostPlatform) system;
  builder = "${pkgs.busybox}/bin/sh";
  args = [ "-euc" ''cp "$programPath" "$out"; chmod 0555 "$out"'' ];
  PATH = "${pkgs.busybox}/bin";
  passAsFile = [ "program" ];
  program = lib.concatMapStrings (name: builtins.readFile (folder + "/${name}")) parts;
  preferLocalBuild = true;
  allowSubstitutes = false;
}
