# Tests on virtual machines with real NixOS, for people who can run them: they need nixpkgs and KVM.
{ pkgs }:
{
  nixos-host = pkgs.testers.runNixOSTest (import ./nixos-host.nix { inherit pkgs; });
}
