# Whatever is named as an owner must exist: declared here, part of the distribution, or said to be made by others.
{ config, lib, ... }:
let
  inherit (config.nixfleet) files directories users groups hostAccounts secrets systemd;
  base = (import ./base-accounts.nix).${config.nixfleet.host.base};
  hasUser = name: users ? ${name} || lib.elem name (base.users ++ hostAccounts.users);
  hasGroup = name: groups ? ${name} || lib.elem name (base.groups ++ hostAccounts.groups);

  user = where: name: { assertion = hasUser name; message = "${where}: no user `${name}' is known; declare nixfleet.users.${name}, or list it in nixfleet.hostAccounts.users if something else makes it"; };
  group = where: name: { assertion = hasGroup name; message = "${where}: no group `${name}' is known; declare nixfleet.groups.${name}, or list it in nixfleet.hostAccounts.groups if something else makes it"; };
  owned = kind: lib.mapAttrsToList (name: entry:
    let option = ''nixfleet.${kind}.${builtins.toJSON name}''; in
    [ (user "${option}.owner" entry.owner) (group "${option}.group" entry.group) ]);
in
{
  nixfleet.assertions = lib.concatLists (
    owned "files" files ++ owned "directories" directories ++ owned "secrets" secrets
    ++ lib.mapAttrsToList (name: entry: [ (group "nixfleet.users.${name}.group" entry.group) ]
      ++ map (group "nixfleet.users.${name}.extraGroups") entry.extraGroups) users
    ++ lib.mapAttrsToList (name: timer: [ (user "nixfleet.systemd.timers.${name}.user" timer.user) ]) systemd.timers
  );
}
