# Only the web hosts may reach the database's port. PostgreSQL itself comes from the distribution.
{ config, lib, ... }:
let
  inherit (config.nixfleet) fleet host;
  clients = lib.concatMap (name: fleet.hosts.${name}.addresses) (fleet.groups.web.hosts or [ ]);
  isIPv4 = address: builtins.match "[0-9]+(\\.[0-9]+){3}" address != null;
in
{
  nixfleet.firewall = {
    enable = true;
    extraInputRules = lib.concatMapStringsSep "\n" (address: "ip saddr ${address} tcp dport 5432 accept") (lib.filter isIPv4 clients);
  };
  nixfleet.files."/etc/postgresql/nixfleet.conf".text = ''
    max_connections = ${toString (host.vars.postgres.maxConnections or 100)}
  '';
  nixfleet.directories."/var/backups/db".mode = "0700";
}
