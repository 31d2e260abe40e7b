# Files that restart or reload units when they change: by unit, as values that change with the content.
{ lib, config }:
let
  files = config.nixfleet.files;
  value = path: file: "${path}:${builtins.hashString "sha256" (if file.text != null then builtins.unsafeDiscardStringContext file.text else "${file.source}")}";
  naming = list: unit: lib.concatLists (lib.mapAttrsToList (path: file: lib.optional (lib.elem unit file.${list}) (value path file)) files);
in
{
  # Lines for the [Unit] section of a unit file of ours.
  settings = unit: map (item: "X-Restart-Triggers=${item}") (naming "restartUnits" unit)
    ++ map (item: "X-Reload-Triggers=${item}") (naming "reloadUnits" unit);
  restart = naming "restartUnits";
  reload = naming "reloadUnits";
  units = lib.unique (lib.concatMap (file: file.restartUnits ++ file.reloadUnits) (lib.attrValues files));
}
