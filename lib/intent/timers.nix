# A timer is two units, whatever the base.
{ lib }:
{ config, ... }:
let
  inherit (config.nixfleet.systemd) timers;
  describe = name: timer: if timer.description == "" then name else timer.description;
  service = name: timer: {
    enabled = false;
    onChange = "none";
    text = ''
      [Unit]
      Description=${describe name timer}

      [Service]
      Type=oneshot
      User=${timer.user}
      ExecStart=${timer.command}
    '';
  };
  clock = name: timer: {
    text = ''
      [Unit]
      Description=${describe name timer}, at its times

      [Timer]
      OnCalendar=${timer.onCalendar}
      RandomizedDelaySec=${timer.randomizedDelay}
      Persistent=${lib.boolToString timer.persistent}

      [Install]
      WantedBy=timers.target
    '';
  };
in
{
  nixfleet.systemd.units =
    lib.mapAttrs' (name: timer: lib.nameValuePair "${name}.service" (service name timer)) timers
    // lib.mapAttrs' (name: timer: lib.nameValuePair "${name}.timer" (clock name timer)) timers;
}
