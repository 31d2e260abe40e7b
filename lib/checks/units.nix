{ config, lib, ... }:
let
  types' = import ../types.nix { inherit lib; };
  inherit (config.nixfleet.systemd) units timers;
  option = name: "nixfleet.systemd.units.${builtins.toJSON name}";
  isTemplate = name: builtins.match ".*@\\.[a-z]+" name != null;
  installs = unit: builtins.match "(.*\n)?[ \t]*\\[Install].*" unit.text != null;
in
{
  nixfleet.assertions = lib.concatLists (lib.mapAttrsToList (name: unit: [
    { assertion = types'.isUnit name; message = "${option name}: not the name of a unit; it needs one of the endings .service, .socket, .timer, .path, .target, .mount, .automount, .swap, .slice, and has only letters, digits and :_.\\@-"; }
    { assertion = !(unit.enabled && isTemplate name); message = "${option name}: a template cannot be enabled; set `enabled = false`, and declare the instances that shall run"; }
  ]) units)
  ++ lib.mapAttrsToList (name: _: { assertion = builtins.match "[A-Za-z0-9:_.-]{1,200}" name != null; message = "nixfleet.systemd.timers.${builtins.toJSON name}: give the name without ending, of letters, digits and :_.-"; }) timers;

  nixfleet.warnings = map (name: "${option name} is enabled but has no [Install] section, so it starts now and not at the next boot")
    (lib.filter (name: units.${name}.enabled && !(isTemplate name) && !(installs units.${name})) (lib.attrNames units));
}
