# The firewall as a table of its own, so that rules of others are never flushed. nft -f is one transaction: a bad file
# leaves the old rules in force.
{ config, lib, ... }:
let
  inherit (config.nixfleet) firewall;
  ruleset = import ./firewall-ruleset.nix { inherit lib firewall; port = config.nixfleet.host.port; };
  file = "/etc/nixfleet/firewall.nft";
in
{
  config = lib.mkIf firewall.enable {
    nixfleet.files.${file} = {
      text = ruleset;
      mode = "0600";
      reloadUnits = [ "nixfleet-firewall.service" ];
    };
    # nftables.service of the distribution flushes all tables when it starts or reloads: load ours after it, each time.
    nixfleet.systemd.units."nixfleet-firewall.service" = {
      onChange = "reload";
      text = ''
        [Unit]
        Description=NixFleet firewall (nftables table inet nixfleet)
        DefaultDependencies=no
        After=local-fs.target nftables.service
        PartOf=nftables.service
        ReloadPropagatedFrom=nftables.service
        Wants=network-pre.target
        Before=network-pre.target shutdown.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=${firewall.nft} -f ${file}
        ExecReload=${firewall.nft} -f ${file}
        ExecStop=${firewall.nft} delete table inet nixfleet

        [Install]
        WantedBy=multi-user.target
      '';
    };
  };
}
