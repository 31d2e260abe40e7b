# Secrets are put in place by the activation script, which runs at a switch before services start and at each boot. Values come
# from the host; the system holds only names and attributes, and the hash of what is encrypted: another value is another system.
{ config, lib, pkgs, ... }:
let
  secrets = map (secret: secret.declaration) (lib.attrValues config.nixfleet.secrets);
  program = import ../../ubuntu/host-program.nix { inherit lib pkgs; };
  nothing = { groups = [ ]; users = [ ]; directories = [ ]; files = [ ]; units = [ ]; packages = [ ]; healthChecks = [ ]; };
  manifest = nothing // {
    inherit secrets;
    format = 1;
    host = config.nixfleet.host.name;
    base = "nixos";
    directories = lib.mapAttrsToList (path: directory: { inherit path; inherit (directory) mode owner group; }) config.nixfleet.directories;
  };
  table = pkgs.writeText "nixfleet-secrets" (import ../../ubuntu/lines.nix { inherit lib manifest; });
  sources = builtins.hashString "sha256" (builtins.toJSON (map (secret: { inherit (secret) name source; }) secrets));
  place = phase: ''
    # ${sources}
    /bin/sh ${program} place-secrets ${phase} "$systemConfig" ${table}
  '';
  isEarly = lib.any (secret: secret.phase == "users") secrets;
in
{
  system.activationScripts = lib.mkMerge [
    (lib.mkIf (secrets != [ ]) { nixfleet-secrets = { deps = [ "users" "groups" "etc" ]; text = place "services"; }; })
    (lib.mkIf isEarly {
      nixfleet-early-secrets = { deps = [ ]; text = place "users"; };
      users.deps = [ "nixfleet-early-secrets" ];
    })
  ];
}
