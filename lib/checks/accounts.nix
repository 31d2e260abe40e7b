{ config, lib, ... }:
let
  types' = import ../types.nix { inherit lib; };
  inherit (config.nixfleet) users groups;
  names = kind: set: lib.mapAttrsToList (name: _: { assertion = types'.isAccount name; message = "nixfleet.${kind}.${builtins.toJSON name}: not a name for an account; it needs a lower-case letter or _, then up to 31 of a-z, 0-9, _ and -"; }) set;

  # One message for each number that several accounts have.
  shared = kind: field: set:
    let
      numbered = lib.filter (name: set.${name}.${field} != null) (lib.attrNames set);
      byNumber = builtins.groupBy (name: toString set.${name}.${field}) numbered;
    in
    lib.mapAttrsToList (number: sharing: { assertion = lib.length sharing == 1; message = "nixfleet.${kind}: ${lib.concatStringsSep ", " sharing} have the same ${field} ${number}"; }) byNumber;

  # Managing one would also mean to remove it one day.
  foreign = kind: set: hint: map
    (name: { assertion = false; message = "nixfleet.${kind}.${name}: belongs to the distribution, and can be used without being declared; ${hint}"; })
    (lib.filter (name: lib.elem name (import ./base-accounts.nix).${config.nixfleet.host.base}.${kind}) (lib.attrNames set));

  person = name: user: [
    { assertion = user.uid != 0 || name == "root"; message = "nixfleet.users.${name}.uid: 0 is root's"; }
    { assertion = user.authorizedKeys == [ ] || user.home != "/nonexistent"; message = "nixfleet.users.${name}.authorizedKeys: the user has no home directory to keep them in; set `home`"; }
    { assertion = !(lib.any (lib.hasInfix ":") [ user.description user.home user.shell ]); message = "nixfleet.users.${name}: description, home and shell cannot have a colon, which ends a field of /etc/passwd"; }
    { assertion = !(user.createHome && user.home == "/nonexistent"); message = "nixfleet.users.${name}: createHome needs a `home`"; }
  ];
in
{
  nixfleet.assertions = names "users" users ++ names "groups" groups
    ++ shared "users" "uid" users ++ shared "groups" "gid" groups
    ++ foreign "users" users "for keys of root use nixfleet.files.\"/root/.ssh/authorized_keys\""
    ++ foreign "groups" groups "a user of that name needs another `group`"
    ++ lib.concatLists (lib.mapAttrsToList person users);

  nixfleet.warnings = map (name: "nixfleet.users.${name} is a system account with uid ${toString users.${name}.uid}; the distribution gives numbers from 1000 on to people")
    (lib.filter (name: users.${name}.system && users.${name}.uid != null && users.${name}.uid >= 1000 && users.${name}.uid < 60000) (lib.attrNames users));
}
