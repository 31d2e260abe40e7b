# The intent in NixOS' own options, so that NixOS' own activation brings it about.
{
  imports = [
    ./packages.nix
    ./files.nix
    ./kept-files.nix
    ./units.nix
    ./triggers.nix
    ./accounts.nix
    ./firewall.nix
    ./secrets.nix
    ./refused.nix
  ];
}
