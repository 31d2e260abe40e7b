{ lib, types' }:
let
  inherit (lib) mkOption types;
  secret = { name, ... }: {
    options = {
      path = mkOption { type = types.str; readOnly = true; default = "/run/nixfleet-secrets/${name}"; defaultText = "/run/nixfleet-secrets/<name>"; description = "Where the secret lies on the host, in memory only."; };
      mode = mkOption { type = types'.fileMode; default = "0400"; description = "Access mode, four octal digits."; };
      owner = mkOption { type = types'.accountName; default = "root"; description = "User that owns it."; };
      group = mkOption { type = types'.accountName; default = "root"; description = "Group that owns it."; };
      restartUnits = mkOption { type = types.listOf types'.unitName; default = [ ]; description = "Units to restart when the secret changes."; };
    };
  };
in
{
  options.nixfleet.secrets = mkOption {
    type = types.attrsOf (types.submodule secret);
    default = { };
    description = "Secrets that the host needs, by name; never their values. This version delivers none, so declaring one is an error.";
  };
}
