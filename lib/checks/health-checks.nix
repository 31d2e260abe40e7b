{ config, lib, ... }:
let
  kinds = [ "unit" "command" "http" "tcp" ];
  check = name: entry:
    let given = lib.filter (kind: entry.${kind} != null) kinds;
    in [
      { assertion = builtins.match "[A-Za-z0-9_.-]+" name != null; message = "nixfleet.healthChecks.${builtins.toJSON name}: the name may have letters, digits, _, . and - only"; }
      { assertion = lib.length given == 1; message = "nixfleet.healthChecks.${name}: needs exactly one of ${lib.concatStringsSep ", " kinds}, and has ${if given == [ ] then "none" else lib.concatStringsSep " and " given}"; }
      { assertion = entry.from == "host" || given == [ "http" ] || given == [ "tcp" ]; message = "nixfleet.healthChecks.${name}.from: the deployer can ask http and tcp only"; }
      { assertion = entry.command != ""; message = "nixfleet.healthChecks.${name}.command: is empty"; }
    ];
in
{
  nixfleet.assertions = lib.concatLists (lib.mapAttrsToList check config.nixfleet.healthChecks);
}
