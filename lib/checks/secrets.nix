{ config, lib, ... }:
let
  inherit (config.nixfleet) secrets files;
  option = name: "nixfleet.secrets.${builtins.toJSON name}";
  inRepo = file: builtins.match "[^/].*" file != null && builtins.match "(.*/)?\\.{1,2}(/.*)?" file == null;
  isDefault = name: secret: secret.path == "/run/nixfleet-secrets/${name}";
  check = name: secret: [
    { assertion = builtins.match "[A-Za-z0-9][A-Za-z0-9._-]{0,63}" name != null; message = "${option name}: not a usable name; it needs a letter or digit, then up to 63 letters, digits and . _ -"; }
    { assertion = secret.sops == null || secret.command == null; message = "${option name}: has both `sops` and `command`; keep one"; }
    { assertion = secret.command != [ ]; message = "${option name}.command: names no program"; }
    { assertion = secret.generator == null || (secret.sops == null && secret.command == null); message = "${option name}.generator: makes age files only, and the value comes from elsewhere"; }
    { assertion = secret.generator == null || (secret.generator.kind == "command") == (secret.generator.command != [ ]); message = "${option name}.generator.command: goes with the kind `command`, and only with it"; }
    { assertion = secret.generator == null || lib.all (needed: secrets ? ${needed}) secret.generator.dependsOn; message = "${option name}.generator.dependsOn: names a secret that this host does not have"; }
    { assertion = inRepo secret.file; message = "${option name}.file: ${secret.file} is not a path inside the repo"; }
    { assertion = secret.sops == null || inRepo secret.sops.file; message = "${option name}.sops.file: is not a path inside the repo"; }
    { assertion = lib.hasSuffix ".age" secret.file; message = "${option name}.file: ${secret.file} must end in .age"; }
    { assertion = isDefault name secret || !(lib.any (root: lib.hasPrefix "${root}/" secret.path) [ "/nix" "/proc" "/sys" "/dev" "/run" ]); message = "${option name}.path: ${secret.path} lies where nothing of the kind can be kept"; }
    { assertion = !(files ? ${secret.path}); message = "${option name}.path: the same path is in nixfleet.files"; }
    { assertion = secret.phase == "services" || (secret.owner == "root" && secret.group == "root"); message = "${option name}.phase: before accounts are made only root can own a secret"; }
  ];
  shared = builtins.groupBy (name: secrets.${name}.path) (lib.attrNames secrets);
in
{
  nixfleet.assertions = lib.concatLists (lib.mapAttrsToList check secrets)
    ++ lib.mapAttrsToList (path: names: { assertion = lib.length names == 1; message = "nixfleet.secrets: ${lib.concatStringsSep ", " names} have the same path ${path}"; }) shared;
}
