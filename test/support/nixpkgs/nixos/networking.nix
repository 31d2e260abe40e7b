# The firewall, written where a test can read it; the lab's Debian has nftables to load it with.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  ports = mkOption { type = types.listOf types.port; default = [ ]; description = "Open ports."; };
  ranges = mkOption { type = types.listOf (types.attrsOf types.port); default = [ ]; description = "Open ranges."; };
  openings = { allowedTCPPorts = ports; allowedUDPPorts = ports; allowedTCPPortRanges = ranges; allowedUDPPortRanges = ranges; };
  cfg = config.networking.firewall;
in
{
  options = {
    networking = {
      hostName = mkOption { type = types.str; default = "nixos"; description = "The host's name."; };
      nftables.enable = mkOption { type = types.bool; default = false; description = "nftables instead of iptables."; };
      firewall = openings // {
        enable = mkOption { type = types.bool; default = true; description = "Whether incoming connections are refused."; };
        allowPing = mkOption { type = types.bool; default = true; description = "Answer echo requests."; };
        trustedInterfaces = mkOption { type = types.listOf types.str; default = [ ]; description = "Interfaces where all is open."; };
        interfaces = mkOption { type = types.attrsOf (types.submodule { options = openings; }); default = { }; description = "Openings of one interface."; };
        extraInputRules = mkOption { type = types.lines; default = ""; description = "Rules for nftables."; };
      };
    };
    services.openssh = {
      enable = mkOption { type = types.bool; default = true; description = "Whether sshd runs."; };
      openFirewall = mkOption { type = types.bool; default = true; description = "Whether its ports are open."; };
      ports = mkOption { type = types.listOf types.port; default = [ 22 ]; description = "Its ports."; };
    };
  };
  config = {
    networking.firewall.allowedTCPPorts = lib.mkIf (config.services.openssh.enable && config.services.openssh.openFirewall) config.services.openssh.ports;
    assertions = [ { assertion = cfg.extraInputRules == "" || config.networking.nftables.enable; message = "networking.firewall.extraInputRules needs networking.nftables.enable"; } ];
    environment.etc."nixos-firewall.json".text = builtins.toJSON { inherit (cfg) enable allowedTCPPorts allowedUDPPorts allowPing trustedInterfaces; };
  };
}
