{ lib, types' }:
let
  inherit (lib) mkOption types;
  user = { name, config, ... }: {
    options = {
      system = mkOption { type = types.bool; default = false; description = "An account for a service rather than for a person."; };
      uid = mkOption { type = types.nullOr types'.accountNumber; default = null; description = "Number; null lets the host choose a free one."; };
      # Not typed as a name: a wrong user name must be reported as that, and not as its group's.
      group = mkOption { type = types.str; default = name; defaultText = "the user's name"; description = "Primary group. A group of the user's own name is made with the user."; };
      extraGroups = mkOption { type = types.listOf types'.accountName; default = [ ]; description = "Further groups to be in. Memberships that are not listed are left alone."; };
      home = mkOption {
        type = types'.absolutePath;
        default = if config.system then "/nonexistent" else "/home/${name}";
        defaultText = "/home/<name>; for a system account /nonexistent";
        description = "Home directory.";
      };
      createHome = mkOption { type = types.bool; default = !config.system; defaultText = "true, for a system account false"; description = "Make the home directory if it is missing."; };
      shell = mkOption {
        type = types'.absolutePath;
        default = if config.system then "/usr/sbin/nologin" else "/bin/bash";
        defaultText = "/bin/bash; for a system account /usr/sbin/nologin";
        description = "Login shell.";
      };
      description = mkOption { type = types'.line; default = ""; description = "Full name or purpose (the GECOS field)."; };
      authorizedKeys = mkOption {
        type = types.listOf types'.line;
        default = [ ];
        example = [ "ssh-ed25519 AAAAC3Nz… alice" ];
        description = "Public ssh keys that may log in. On Ubuntu they are the managed file <home>/.ssh/authorized_keys; to take over one that is there, set `adopt` on that file.";
      };
    };
  };
  group.options = {
    gid = mkOption { type = types.nullOr types'.accountNumber; default = null; description = "Number; null lets the host choose a free one."; };
    system = mkOption { type = types.bool; default = true; description = "A group for services rather than for people."; };
  };
  names = who: mkOption {
    type = types.listOf types'.accountName;
    default = [ ];
    description = "${who} that something else makes on the host, such as an apt package. They may own files; NixFleet does not manage them.";
  };
in
{
  imports = [ (import ./private-groups.nix { inherit lib; }) ];
  options.nixfleet = {
    users = mkOption { type = types.attrsOf (types.submodule user); default = { }; description = "Managed users by name. Users that are not listed are left alone."; };
    groups = mkOption { type = types.attrsOf (types.submodule group); default = { }; description = "Managed groups by name. Groups that are not listed are left alone."; };
    hostAccounts = { users = names "Users"; groups = names "Groups"; };
  };
}
