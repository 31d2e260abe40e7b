# Files outside of /etc, and files that are taken over from somebody: a small program at activation, which remembers what it
# owns, deletes what leaves the configuration, and puts originals back.
{ config, lib, pkgs, ... }:
let
  kept = lib.filterAttrs (path: file: !(lib.hasPrefix "/etc/" path) || file.adopt) config.nixfleet.files;
  stored = name: file: if file.text != null then "${pkgs.writeText "nixfleet-file" file.text}" else "${file.source}";
  row = path: file: lib.concatStringsSep "\t" [ path file.mode file.owner file.group (stored path file) (if file.adopt then "adopt" else "own") ];
  table = pkgs.writeText "nixfleet-files" (lib.concatLines (lib.mapAttrsToList row kept));
in
{
  # Also with an empty table: an earlier system may have left files to take away.
  system.activationScripts.nixfleet-files = {
    deps = [ "users" "groups" "etc" ];
    text = "/bin/sh ${../kept-files.sh} ${table}";
  };
}
