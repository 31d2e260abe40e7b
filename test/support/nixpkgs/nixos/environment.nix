# What lies in /etc, and what is on PATH.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  entry = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether to make it."; };
      target = mkOption { type = types.str; default = name; description = "Path below /etc."; };
      text = mkOption { type = types.nullOr types.lines; default = null; description = "Content."; };
      source = mkOption { type = types.path; description = "File with the content."; };
      mode = mkOption { type = types.str; default = "symlink"; description = "A mode makes it a copy."; };
      uid = mkOption { type = types.int; default = 0; description = "Owner by number."; };
      gid = mkOption { type = types.int; default = 0; description = "Group by number."; };
      user = mkOption { type = types.str; default = "+${toString config.uid}"; description = "Owner."; };
      group = mkOption { type = types.str; default = "+${toString config.gid}"; description = "Group."; };
    };
    config.source = lib.mkIf (config.text != null) (lib.mkDefault (pkgs.writeText (lib.concatStringsSep "-" (lib.splitString "/" name)) config.text));
  };
  entries = lib.filter (item: item.enable) (lib.attrValues config.environment.etc);
  place = item: ''
    mkdir -p "$out/etc/$(dirname ${lib.escapeShellArg item.target})"
    ln -s ${lib.escapeShellArgs [ "${item.source}" ]} "$out/etc/"${lib.escapeShellArg item.target}
  '' + lib.optionalString (item.mode != "symlink") ''
    printf %s ${lib.escapeShellArg item.mode} >"$out/etc/"${lib.escapeShellArg item.target}.mode
    printf %s ${lib.escapeShellArg item.user} >"$out/etc/"${lib.escapeShellArg item.target}.uid
    printf %s ${lib.escapeShellArg item.group} >"$out/etc/"${lib.escapeShellArg item.target}.gid
  '';
in
{
  options = {
    environment = {
      etc = mkOption { type = types.attrsOf (types.submodule entry); default = { }; description = "Files below /etc."; };
      systemPackages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages on PATH."; };
    };
    system.path = mkOption { type = types.package; description = "All packages together."; };
    system.build = mkOption { type = types.lazyAttrsOf types.raw; default = { }; description = "What can be built."; };
  };
  config = {
    system.path = pkgs.buildEnv { name = "system-path"; paths = lib.unique config.environment.systemPackages; };
    system.build.etc = pkgs.runCommand "etc" { } ("mkdir -p $out/etc\n" + lib.concatMapStrings place entries);
  };
}
