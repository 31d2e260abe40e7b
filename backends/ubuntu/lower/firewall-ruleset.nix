# The nftables script of the table `inet nixfleet`.
{ lib, firewall, port }:
let
  sshPorts = if firewall.ssh.ports != null then firewall.ssh.ports else lib.unique ([ 22 ] ++ lib.optional (port != null) port);
  set = items: "{ ${lib.concatStringsSep ", " items} }";
  numbers = ports: map toString (lib.unique (lib.sort (left: right: left < right) ports));
  ranges = map (range: "${toString range.from}-${toString range.to}");

  accept = match: protocol: items: lib.optional (items != [ ]) "${match}${protocol} dport ${set items} accept";
  openings = match: part:
    accept match "tcp" (numbers part.allowedTCPPorts ++ ranges part.allowedTCPPortRanges)
    ++ accept match "udp" (numbers part.allowedUDPPorts ++ ranges part.allowedUDPPortRanges);

  # The first declaration makes the table exist, so that the deletion never fails.
  rules = [
    "ct state invalid drop"
    "ct state { established, related } accept"
    ''iif "lo" accept''
  ]
  ++ lib.optional firewall.ssh.open "tcp dport ${set (numbers sshPorts)} accept comment \"ssh stays open\""
  ++ map (name: ''iifname "${name}" accept'') firewall.trustedInterfaces
  ++ [
    "icmp type { destination-unreachable, time-exceeded, parameter-problem } accept"
    "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect, mld-listener-query } accept"
    "ip6 saddr fe80::/10 udp dport 546 accept comment \"DHCPv6\""
  ]
  ++ lib.optionals firewall.allowPing [ "icmp type echo-request accept" "icmpv6 type echo-request accept" ]
  ++ openings "" firewall
  ++ lib.concatLists (lib.mapAttrsToList (name: openings "iifname \"${name}\" ") firewall.interfaces)
  ++ lib.filter (line: line != "") (lib.splitString "\n" firewall.extraInputRules);
in
''
  # Managed by NixFleet. Only the table `inet nixfleet` is replaced.
  table inet nixfleet
  delete table inet nixfleet
  table inet nixfleet {
    chain input {
      type filter hook input priority filter; policy drop;
  ${lib.concatMapStrings (rule: "    ${rule}\n") rules}  }
  }
''
