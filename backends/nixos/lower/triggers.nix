# Units of NixOS itself that a managed file names: they get the file as a trigger of their own.
{ config, lib, ... }:
let
  triggers = import ../triggers.nix { inherit lib config; };
  foreign = lib.filter (unit: !(config.nixfleet.systemd.units ? ${unit})) triggers.units;
  ending = unit: lib.last (lib.splitString "." unit);
  kinds = { service = "services"; socket = "sockets"; timer = "timers"; path = "paths"; target = "targets"; slice = "slices"; };
  of = kind: lib.listToAttrs (map
    (unit: lib.nameValuePair (lib.removeSuffix ".${kind}" unit) { restartTriggers = triggers.restart unit; reloadTriggers = triggers.reload unit; })
    (lib.filter (unit: ending unit == kind) foreign));
in
{
  systemd = lib.mapAttrs' (kind: option: lib.nameValuePair option (of kind)) (lib.filterAttrs (kind: _: of kind != { }) kinds);
}
