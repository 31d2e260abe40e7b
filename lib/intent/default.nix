# The intent options: what a module may say about a host, whatever its base.
{ lib, ... }:
let
  types' = import ../types.nix { inherit lib; };
in
{
  imports = map (file: import file { inherit lib types'; }) [
    ./facts.nix
    ./packages.nix
    ./files.nix
    ./systemd.nix
    ./accounts.nix
    ./firewall.nix
    ./health-checks.nix
    ./secrets.nix
    ./os-updates.nix
    ./assertions.nix
  ];
}
