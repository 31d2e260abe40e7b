{ config, lib, ... }:
let
  inherit (config.nixfleet) files directories;
  types' = import ../types.nix { inherit lib; };
  option = set: path: ''nixfleet.${set}.${builtins.toJSON path}'';
  each = set: check: lib.concatLists (lib.mapAttrsToList check set);

  path = set: name: _: [
    { assertion = types'.isAbsolute name; message = "${option set name}: not a usable path; it must be absolute, without `.`, `..`, a tab, a newline, a comma, or a slash at the end"; }
    { assertion = !(lib.any (root: name == root || lib.hasPrefix "${root}/" name) [ "/nix" "/proc" "/sys" "/dev" "/run" ]); message = "${option set name}: lies below /nix, /proc, /sys, /dev or /run, where nothing can be kept"; }
    { assertion = !(lib.elem name [ "/etc/passwd" "/etc/shadow" "/etc/group" "/etc/gshadow" ]); message = "${option set name}: accounts are managed with nixfleet.users and nixfleet.groups, never by replacing this file"; }
  ];
  content = name: file: [
    { assertion = (file.text == null) != (file.source == null); message = "${option "files" name}: needs exactly one of `text` and `source`, and has ${if file.text == null then "neither" else "both"}"; }
    { assertion = file.source == null || inStore file.source; message = "${option "files" name}.source: ${toString file.source} is outside the flake; use a path of the repo or of a package"; }
    { assertion = !(directories ? ${name}); message = "${option "files" name}: the same path is in nixfleet.directories"; }
    { assertion = fileAbove name == [ ]; message = "${option "files" name}: lies below ${lib.concatStringsSep ", " (fileAbove name)}, which is a managed file itself"; }
    { assertion = builtins.match "/(etc|usr/lib|lib)/systemd/system/[^/]+\\.[a-z]+" name == null; message = "${option "files" name}: unit files are managed with nixfleet.systemd.units; drop-ins (…/name.service.d/x.conf) may be files"; }
  ];
  inStore = source: builtins.isPath source || !(builtins.isString source) || lib.hasPrefix "${builtins.storeDir}/" source;
  fileAbove = name: lib.filter (above: files ? ${above}) (parents name);
  parents = name:
    let parent = builtins.match "(.+)/[^/]*" name;
    in if parent == null then [ ] else parent ++ parents (lib.head parent);

  # Whole files that take everybody out of the host when one line is wrong.
  dropIns = {
    "/etc/sudoers" = "/etc/sudoers.d/<name>";
    "/etc/ssh/sshd_config" = "/etc/ssh/sshd_config.d/<name>.conf";
    "/etc/systemd/journald.conf" = "/etc/systemd/journald.conf.d/<name>.conf";
  };
in
{
  nixfleet.assertions = each files (path "files") ++ each directories (path "directories") ++ each files content;
  nixfleet.warnings = map (name: "${option "files" name} replaces the whole file of the distribution; a drop-in ${dropIns.${name}} is safer")
    (lib.filter (name: files ? ${name}) (lib.attrNames dropIns));
}
