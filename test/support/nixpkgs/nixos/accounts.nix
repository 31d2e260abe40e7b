# Users and groups, made at activation. Accounts that are not listed are left alone, as with mutableUsers.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  optional = type: description: mkOption { type = types.nullOr type; default = null; inherit description; };
  user = { name, config, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "Login name."; };
      uid = optional types.int "Number.";
      isNormalUser = mkOption { type = types.bool; default = false; description = "A person."; };
      isSystemUser = mkOption { type = types.bool; default = false; description = "A service."; };
      description = mkOption { type = types.str; default = ""; description = "GECOS."; };
      group = mkOption { type = types.str; default = ""; description = "Primary group."; };
      extraGroups = mkOption { type = types.listOf types.str; default = [ ]; description = "Further groups."; };
      home = mkOption { type = types.str; default = "/var/empty"; description = "Home directory."; };
      createHome = mkOption { type = types.bool; default = false; description = "Whether to make it."; };
      shell = mkOption { type = types.nullOr types.raw; default = "/run/current-system/sw/bin/nologin"; description = "Login shell."; };
      openssh.authorizedKeys.keys = mkOption { type = types.listOf types.str; default = [ ]; description = "Public keys."; };
    };
    config = lib.mkIf config.isNormalUser {
      group = lib.mkDefault "users";
      home = lib.mkDefault "/home/${name}";
      createHome = lib.mkDefault true;
      shell = lib.mkDefault "/run/current-system/sw/bin/bash";
    };
  };
  group = { name, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; description = "Name."; };
      gid = optional types.int "Number.";
      members = mkOption { type = types.listOf types.str; default = [ ]; description = "Members."; };
    };
  };
  number = flag: value: lib.optionalString (value != null) " ${flag} ${toString value}";
  addGroup = _: item: ''
    getent group ${item.name} >/dev/null || groupadd --system${number "--gid" item.gid} ${item.name} || snippet_failed groups $?
  '';
  addUser = _: item: lib.optionalString (item.name != "root") ''
    getent passwd ${item.name} >/dev/null ||
      useradd --no-user-group${lib.optionalString item.isSystemUser " --system"}${number "--uid" item.uid} --gid ${item.group} --home-dir ${item.home} --no-create-home ${item.name} || snippet_failed users $?
    usermod --gid ${item.group} --home ${item.home} --shell ${lib.escapeShellArg (toString item.shell)} --comment ${lib.escapeShellArg item.description} ${item.name} || snippet_failed users $?
  '' + lib.concatMapStrings (extra: "usermod --append --groups ${extra} ${item.name} || snippet_failed users $?\n") item.extraGroups
  + lib.optionalString item.createHome ''
    [ -d ${item.home} ] || install -d -m 0700 -o ${item.name} -g ${item.group} ${item.home}
  '';
  keys = name: item: lib.nameValuePair "ssh/authorized_keys.d/${name}" { mode = "0444"; text = lib.concatLines item.openssh.authorizedKeys.keys; };
in
{
  options.users = {
    users = mkOption { type = types.attrsOf (types.submodule user); default = { }; description = "Users."; };
    groups = mkOption { type = types.attrsOf (types.submodule group); default = { }; description = "Groups."; };
    mutableUsers = mkOption { type = types.bool; default = true; description = "Whether others may be made by hand."; };
  };
  config = {
    # A few of the accounts that every NixOS has.
    users.users = { root = { home = "/root"; group = "root"; shell = "/run/current-system/sw/bin/bash"; }; nobody = { isSystemUser = true; group = "nogroup"; }; };
    users.groups = { root.gid = 0; wheel = { }; users = { }; nogroup = { }; };
    environment.etc = lib.mapAttrs' keys (lib.filterAttrs (_: item: item.openssh.authorizedKeys.keys != [ ]) config.users.users);
    system.activationScripts.users = lib.concatStrings (lib.mapAttrsToList addGroup (removeAttrs config.users.groups [ "root" "users" "nogroup" ])
      ++ lib.mapAttrsToList addUser (removeAttrs config.users.users [ "root" "nobody" ]));
    assertions = lib.mapAttrsToList
      (name: item: { assertion = name == "root" || item.isNormalUser != item.isSystemUser; message = "Exactly one of users.users.${name}.isSystemUser and users.users.${name}.isNormalUser must be set."; })
      config.users.users;
  };
}
