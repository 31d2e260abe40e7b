# Intents that Ubuntu and Debian have no own notion of, said again as files, directories and units.
{
  imports = [
    ./authorized-keys.nix
    ./firewall.nix
    ./environment.nix
    ./secrets.nix
  ];
}
