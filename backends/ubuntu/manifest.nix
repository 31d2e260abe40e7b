# The manifest as data. `lines.nix` and JSON are two spellings of this value.
{ lib, intent, contents }:
let
  # Of hosts that are not restricted the inventory's checks stay with the CLI, so that a changed check is no changed closure.
  signedChecks = lib.listToAttrs (map (check: lib.nameValuePair check.name check) (if intent.host.signed == null then [ ] else intent.host.signed.healthChecks or [ ]));
  byName = f: lib.mapAttrsToList f;
  packages = lib.sort (left: right: [ left.name left.version left.path ] < [ right.name right.version right.path ]) (map package (lib.unique intent.packages));
  package = drv: { name = lib.getName drv; version = lib.getVersion drv; path = "${drv}"; };
in
{
  format = 1;
  host = intent.host.name;
  inherit (intent.host) base system;
  groups = byName (name: group: { inherit name; inherit (group) gid system; }) intent.groups;
  users = byName
    (name: user: {
      inherit name;
      inherit (user) uid group home createHome shell system description;
      extraGroups = lib.unique (lib.sort (left: right: left < right) user.extraGroups);
    })
    intent.users;
  directories = byName (path: directory: { inherit path; inherit (directory) mode owner group; }) intent.directories;
  files = byName
    (path: file: {
      inherit path;
      inherit (file) mode owner group adopt;
      sha256 = contents.files.${path}.token;
      inherit (contents.files.${path}) source;
      restartUnits = lib.unique file.restartUnits;
      reloadUnits = lib.unique file.reloadUnits;
    })
    intent.files;
  units = byName
    (name: unit: {
      inherit name;
      sha256 = contents.units.${name}.token;
      inherit (contents.units.${name}) source;
      inherit (unit) enabled onChange;
    })
    intent.systemd.units;
  inherit packages;
  secrets = map (secret: secret.declaration) (lib.attrValues intent.secrets);
  # Of two with one name the inventory's counts.
  healthChecks = lib.attrValues (lib.mapAttrs (import ./health-check.nix) intent.healthChecks // signedChecks);
} // lib.optionalAttrs (intent.host.signed != null) {
  # Of other hosts they stay with the CLI, so that a changed task is no changed closure.
  inherit (intent.host.signed) tasks hooks;
}
