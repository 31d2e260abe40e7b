{ config, lib, ... }:
let
  inherit (config.nixfleet) firewall;
  allRanges = lib.concatMap (openings: openings.allowedTCPPortRanges ++ openings.allowedUDPPortRanges)
    ([ firewall ] ++ lib.attrValues firewall.interfaces);
  interfaces = firewall.trustedInterfaces ++ lib.attrNames firewall.interfaces;
in
{
  nixfleet.assertions =
    # Nothing asks for the values of a firewall that is off; a wrong one is a mistake all the same.
    [ { assertion = builtins.deepSeq firewall true; message = ""; } ]
    ++ map (range: { assertion = range.from <= range.to; message = "nixfleet.firewall: the port range ${toString range.from}-${toString range.to} is the wrong way round"; }) allRanges
    # 15 characters are the kernel's limit; a star at the end stands for any rest.
    ++ map (name: { assertion = builtins.match "[A-Za-z0-9_.@-]{1,15}\\*?" name != null; message = "nixfleet.firewall: ${builtins.toJSON name} is not the name of a network interface"; }) interfaces;

  nixfleet.warnings = lib.optional (firewall.enable && !firewall.ssh.open)
    "nixfleet.firewall.ssh.open is false: only the rules you wrote let ssh in";
}
