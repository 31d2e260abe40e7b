# Files below /etc that nobody else has, and directories. A mode makes NixOS copy the file: mode and owner are then as asked.
{ config, lib, pkgs, ... }:
let
  inherit (config.nixfleet) files directories;
  plain = lib.filterAttrs (path: file: lib.hasPrefix "/etc/" path && !file.adopt && !(isDropIn path)) files;
  dropIns = lib.filterAttrs (path: _: isDropIn path) files;
  isDropIn = path: builtins.match "/etc/systemd/system/[^/]+\\.d/[^/]+\\.conf" path != null;
  content = file: if file.text != null then { inherit (file) text; } else { inherit (file) source; };
  entry = path: file: lib.nameValuePair (lib.removePrefix "/etc/" path) (content file // { inherit (file) mode group; user = file.owner; });

  # The folder of units is one link to the store, so drop-ins come as a package.
  package = path: file: pkgs.runCommand "nixfleet-drop-in" (if file.text != null then { inherit (file) text; passAsFile = [ "text" ]; } else { textPath = file.source; }) ''
    target="$out"/etc/${lib.escapeShellArg (lib.removePrefix "/etc/" path)}
    mkdir -p "$(dirname "$target")"
    cp "$textPath" "$target"
  '';
  rule = path: directory: "d ${escaped path} ${directory.mode} ${directory.owner} ${directory.group} -";
  escaped = builtins.replaceStrings [ "\\" "%" " " "\"" "'" ] [ "\\\\" "%%" "\\x20" "\\x22" "\\x27" ];
in
{
  environment.etc = lib.mapAttrs' entry plain;
  systemd.packages = lib.mapAttrsToList package dropIns;
  systemd.tmpfiles.rules = lib.mapAttrsToList rule directories;
}
