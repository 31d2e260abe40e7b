{ lib, types' }:
let
  inherit (lib) mkOption types;
  ports = protocol: mkOption {
    type = types.listOf types.port;
    default = [ ];
    description = "${protocol} ports that may be reached.";
  };
  portRange.options = {
    from = mkOption { type = types.port; description = "First port."; };
    to = mkOption { type = types.port; description = "Last port."; };
  };
  ranges = protocol: mkOption {
    type = types.listOf (types.submodule portRange);
    default = [ ];
    example = [ { from = 60000; to = 61000; } ];
    description = "Ranges of ${protocol} ports that may be reached.";
  };
  openings = {
    allowedTCPPorts = ports "TCP";
    allowedUDPPorts = ports "UDP";
    allowedTCPPortRanges = ranges "TCP";
    allowedUDPPortRanges = ranges "UDP";
  };
in
{
  options.nixfleet.firewall = openings // {
    enable = mkOption { type = types.bool; default = false; description = "Refuse incoming connections but the allowed ones. Rules of others (ufw, docker) are left alone and still hold."; };
    interfaces = mkOption {
      type = types.attrsOf (types.submodule { options = openings; });
      default = { };
      example = lib.literalExpression "{ wg0.allowedTCPPorts = [ 5432 ]; }";
      description = "What may be reached through one interface only, by its name.";
    };
    trustedInterfaces = mkOption { type = types.listOf types.str; default = [ ]; description = "Interfaces through which everything may be reached."; };
    allowPing = mkOption { type = types.bool; default = true; description = "Answer ICMP echo requests."; };
    ssh = {
      open = mkOption { type = types.bool; default = true; description = "Keep the ssh ports open everywhere, so that nobody is locked out by a forgotten rule."; };
      ports = mkOption { type = types.nullOr (types.listOf types.port); default = null; description = "The ssh server's ports; null: 22 and the port in the inventory."; };
    };
    extraInputRules = mkOption { type = types.lines; default = ""; example = "ip saddr 10.0.0.0/8 tcp dport 9100 accept"; description = "Further nftables rules, at the end of the input chain."; };
    nft = mkOption { type = types'.absolutePath; default = "/usr/sbin/nft"; description = "The nft program. Ubuntu and Debian have it installed by default (package nftables)."; };
  };
}
