# What must hold for an intent to make sense, on any base. Messages name the option.
{
  imports = [
    ./files.nix
    ./ownership.nix
    ./units.nix
    ./accounts.nix
    ./firewall.nix
    ./health-checks.nix
    ./packages.nix
    ./secrets.nix
    ./later.nix
  ];
}
