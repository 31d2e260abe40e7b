# Secrets lie in memory, which a reboot empties: a service puts back what the host keeps, before anything needs it. The
# program is that of the committed closure, and the closure itself cannot name that.
{ config, lib, ... }:
let
  program = "/nix/var/nix/profiles/nixfleet/system/nixfleet-host";
in
{
  nixfleet.systemd.units = lib.mkIf (config.nixfleet.secrets != { }) {
    "nixfleet-secrets.service" = {
      onChange = "none";
      text = ''
        [Unit]
        Description=NixFleet: secrets after a boot
        DefaultDependencies=no
        RequiresMountsFor=/var/lib/nixfleet /nix/store
        After=local-fs.target
        Before=sysinit.target shutdown.target
        Conflicts=shutdown.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c 'if [ -e /run/nixfleet-secrets ]; then exit 0; fi; exec /bin/sh ${program} secret restore'

        [Install]
        WantedBy=sysinit.target
      '';
    };
  };
}
