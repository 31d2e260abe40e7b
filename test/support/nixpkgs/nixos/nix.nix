{ lib, ... }:
let inherit (lib) mkOption types; in
{
  options = {
    nixpkgs.pkgs = mkOption { type = types.nullOr types.raw; default = null; description = "Packages, made elsewhere."; };
    nixpkgs.hostPlatform = mkOption { type = types.str; description = "The host's Nix system."; };
    nix.settings = mkOption { type = types.attrsOf types.raw; default = { }; description = "nix.conf."; };
    assertions = mkOption { type = types.listOf types.raw; default = [ ]; description = "What must be true."; };
    warnings = mkOption { type = types.listOf types.str; default = [ ]; description = "What should be known."; };
  };
}
