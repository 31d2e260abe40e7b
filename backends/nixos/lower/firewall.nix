# NixOS has a firewall of its own, which is on unless somebody turns it off: openings count in any case.
{ config, lib, ... }:
let
  inherit (config.nixfleet) firewall host;
  sshPorts = if firewall.ssh.ports != null then firewall.ssh.ports else lib.unique ([ 22 ] ++ lib.optional (host.port != null) host.port);
  openings = part: { inherit (part) allowedTCPPorts allowedUDPPorts allowedTCPPortRanges allowedUDPPortRanges; };
in
{
  networking.firewall = lib.mkMerge [
    (openings firewall)
    {
      inherit (firewall) trustedInterfaces;
      interfaces = lib.mapAttrs (_: openings) firewall.interfaces;
    }
    (lib.mkIf firewall.enable {
      enable = true;
      inherit (firewall) allowPing extraInputRules;
      allowedTCPPorts = lib.mkIf firewall.ssh.open sshPorts;
    })
  ];
  networking.nftables.enable = lib.mkIf (firewall.enable && firewall.extraInputRules != "") (lib.mkDefault true);
  services.openssh.openFirewall = lib.mkIf (firewall.enable && !firewall.ssh.open) (lib.mkDefault false);
}
