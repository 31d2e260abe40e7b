# A host's own file and one module for each of its roles -> { modules, problems }.
{ lib, root, host }:
let
  # A name with a slash or a leading dot would reach out of the folder.
  isPlain = name: builtins.match "[A-Za-z0-9_][A-Za-z0-9_.-]*" name != null;
  find = folder: name:
    let places = map (ending: root + "/${folder}/${name}${ending}") [ ".nix" "/default.nix" ];
    in if isPlain name then lib.filter builtins.pathExists places else [ ];

  present = folder:
    if !(builtins.pathExists (root + "/${folder}")) then [ ]
    else
      let entries = builtins.readDir (root + "/${folder}");
      in map (lib.removeSuffix ".nix")
        (lib.filter (entry: lib.hasSuffix ".nix" entry || entries.${entry} == "directory") (lib.attrNames entries));
  listing = folder: if present folder == [ ] then "there are none" else "there are ${lib.concatStringsSep ", " (present folder)}";
  gitHint = "a file that git does not know is invisible to a flake: git add it";

  twice = folder: name: files:
    lib.optional (lib.length files > 1) "both ${folder}/${name}.nix and ${folder}/${name}/default.nix exist; keep one";

  hostFiles = find "hosts" host.name;
  unknownRoles = lib.filter (role: find "modules" role == [ ]) host.roles;
in
{
  modules = lib.concatMap (role: find "modules" role) host.roles ++ hostFiles;
  problems =
    lib.optional (hostFiles == [ ]) "it has no host file: expected hosts/${host.name}.nix; ${listing "hosts"} (${gitHint})"
    ++ map (role: "unknown role `${role}': expected modules/${role}.nix; ${listing "modules"} (${gitHint})") unknownRoles
    ++ twice "hosts" host.name hostFiles
    ++ lib.concatMap (role: twice "modules" role (find "modules" role)) host.roles;
}
