# Unit files. NixOS reads no [Install] section: what it asks for becomes options. What happens on a change are settings
# that switch-to-configuration reads.
{ config, lib, ... }:
let
  text = import ../unit-text.nix { inherit lib; };
  triggers = import ../triggers.nix { inherit lib config; };
  install = unit: key: if unit.enabled then text.words "Install" key unit.text else [ ];
  onChange = { restart = [ "X-StopIfChanged=false" ]; reload = [ "X-ReloadIfChanged=true" ]; none = [ "X-RestartIfChanged=false" ]; };

  lower = name: unit: {
    text = text.add "Unit" (triggers.settings name)
      (if lib.hasSuffix ".service" name then text.add "Service" onChange.${unit.onChange} unit.text else unit.text);
    wantedBy = install unit "WantedBy";
    requiredBy = install unit "RequiredBy";
    upheldBy = install unit "UpheldBy";
    aliases = install unit "Alias";
  };
in
{
  systemd.units = lib.mapAttrs lower config.nixfleet.systemd.units;
}
